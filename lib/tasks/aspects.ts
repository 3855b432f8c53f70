/** What can be taken from a condition, whatever the task. */

/** What a picture can have of its condition. */
export type Aspect = "everything" | "look" | "thing" | "layout" | "person";

/** The columns of the control matrix, left to right. */
export const ASPECTS: readonly Aspect[] = ["everything", "look", "thing", "layout", "person"];

/** What of a condition a task's target has, and what it has not: its row of the control matrix. */
export interface TaskAspects {
  /** What it is told to take; null where no column measures it. */
  readonly takes: Aspect | null;
  /** What it should leave, as its targets do; "everything" is never one, since what is taken is a part of it. */
  readonly leaves: readonly Exclude<Aspect, "everything">[];
}
