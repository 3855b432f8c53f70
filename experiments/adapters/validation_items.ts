/** What every model of an experiment is scored on alike: held-out wordings and initial noises, by item. */
import { fold, key, normal, stream } from "../../lib/engine/mod.ts";
import {
  COLOUR_INSTRUCTIONS,
  FIXED_INSTRUCTIONS,
  namedInstruction,
  sampleInstruction,
} from "../../lib/instructions/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { InstructionChoice } from "../setting/experiment.ts";
import type { InstructionOverride } from "../setting/instruct_form.ts";

/** What of a held-out item decides on its wording. */
export interface WordedItem {
  readonly task: TaskId;
  readonly index: number;
  /** Takes the place of "object" in the wording, where the task names it. */
  readonly objectName?: string | undefined;
}

/** The instruction of a validation item: the fixed one, or a held-out wording of another template than any in training; of its task unless overridden. */
export function validationInstruction(
  { task, index, objectName }: WordedItem,
  choice: InstructionChoice,
  whose: InstructionOverride = task,
): string {
  if (choice === "none") return "";
  if (choice === "fixed") return FIXED_INSTRUCTIONS[task];
  const random = stream(fold(key("validation instruction"), whose, index));
  if (whose === "colours") return random.pick(COLOUR_INSTRUCTIONS);
  return namedInstruction(sampleInstruction(random, whose, "held-out"), { task: whose, objectName });
}

/** Initial noise of an item, `size` numbers: the same for every model of a seed. */
export function initialNoise(
  { task, index }: Pick<WordedItem, "task" | "index">,
  seed: number,
  size: number,
): Float32Array {
  return normal(fold(key("initial noise"), task, index, seed), size);
}
