/** All tasks, in the order of Table 1. A further task is a record in a file of its own and its place here. */
import { COMPOSITION } from "./composition.ts";
import { FACE } from "./face.ts";
import { OBJECT } from "./object.ts";
import { REPLICATION } from "./replication.ts";
import { STYLE } from "./style.ts";
import type { Task } from "./task.ts";

/** All records. */
export const TASK_LIST = [REPLICATION, STYLE, OBJECT, COMPOSITION, FACE] as const;

/** Name of a task. */
export type TaskId = (typeof TASK_LIST)[number]["id"];

/** The records, in the order of Table 1. */
export const TASK_RECORDS: readonly Task<TaskId>[] = TASK_LIST;

/** The tasks' names, in the same order. */
export const TASKS: readonly TaskId[] = TASK_RECORDS.map(({ id }) => id);

/** A value of every task, by its name. */
export function byTask<Value>(of: (task: Task<TaskId>) => Value): Readonly<Record<TaskId, Value>> {
  return Object.fromEntries(TASK_RECORDS.map((task) => [task.id, of(task)])) as Record<TaskId, Value>;
}

const RECORDS = byTask((task) => task);

/** A task's record. @throws RangeError for an unknown name. */
export function taskOf(id: TaskId): Task<TaskId> {
  if (!Object.hasOwn(RECORDS, id)) {
    throw new RangeError(`taskOf() needs a task of ${TASKS.join(", ")}, got "${id}"`);
  }
  return RECORDS[id];
}
