/** The wordings of a task's training items: shared by all, or each item's own where they hold the name of its object. */
import { fold, key, stream } from "../../lib/engine/mod.ts";
import { namedInstruction } from "../../lib/instructions/mod.ts";
import { type TaskId, taskOf } from "../../lib/tasks/mod.ts";

/** Wordings sampled per item where each holds the name of the item's object. */
const NAMED_WORDINGS = 3;

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
 * @param names one entry per item; its object's name where the task names it.
 * @throws RangeError when a task that names objects has an item without one.
 */
export function trainingWordings(
  task: TaskId,
  corpus: readonly string[],
  names: readonly (string | undefined)[],
): TrainingWordings {
  if (taskOf(task).words.objectWord === null) {
    const texts = corpus.slice(0, MOST_WORDINGS * names.length);
    return { texts, sharedInstructions: texts.length, ownInstructions: 0 };
  }
  const texts = names.flatMap((name, index) => {
    if (name === undefined) {
      throw new RangeError(
        `Wordings of ${task} need the name of each item's object, got none of item ${index}`,
      );
    }
    const random = stream(fold(key("named instructions"), index));
    return Array.from(
      { length: NAMED_WORDINGS },
      () => namedInstruction(random.pick(corpus), { task, objectName: name }),
    );
  });
  return { texts, sharedInstructions: 0, ownInstructions: NAMED_WORDINGS };
}
