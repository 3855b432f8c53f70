/** Which training wordings a task's items are told: the whole corpus for all, or draws of its own with the object's name in place. */
import { fold, key, stream } from "../../lib/engine/mod.ts";
import { nameObject, type TaskId } from "../../lib/instructions/mod.ts";

/** Wordings drawn per item of the object task, where each holds the object's name. */
const NAMED_DRAWS = 3;

/** Shared wordings are limited to this many per training item; only tiny budgets notice. */
const MOST_WORDINGS = 4;

/** Rows of wordings, and whose they are. */
export interface TrainingWordings {
  readonly texts: readonly string[];
  /** Rows shared by all items (0: every item has its own). */
  readonly sharedInstructions: number;
  /** Rows of each item, in order, where they are not shared. */
  readonly ownInstructions: number;
}

/**
 * Wordings of a task's first training items.
 *
 * @param corpus training wordings as written.
 * @param names one entry per item; the object's name in the object task.
 */
export function trainingWordings(
  task: TaskId,
  corpus: readonly string[],
  names: readonly (string | undefined)[],
): TrainingWordings {
  if (task !== "object") {
    const texts = corpus.slice(0, MOST_WORDINGS * names.length);
    return { texts, sharedInstructions: texts.length, ownInstructions: 0 };
  }
  const texts = names.flatMap((name, index) => {
    const random = stream(fold(key("named instructions"), index));
    return Array.from({ length: NAMED_DRAWS }, () => {
      const wording = random.pick(corpus);
      return /\bobjects?\b/i.test(wording) ? nameObject(wording, name ?? "object") : wording;
    });
  });
  return { texts, sharedInstructions: 0, ownInstructions: NAMED_DRAWS };
}
