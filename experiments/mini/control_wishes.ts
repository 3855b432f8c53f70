/** Held-out control conditions with every instruction that they allow: its words, and the noise it starts from. */
import { fold, key, normal, stream } from "../../lib/engine/mod.ts";
import { FIXED_INSTRUCTIONS, namedInstruction, sampleInstruction } from "../../lib/instructions/mod.ts";
import {
  type Bank,
  type ControlItem,
  controlItem,
  lookChoice,
  TASK_RECORDS,
  type TaskId,
  taskOf,
} from "../../lib/tasks/mod.ts";
import type { ControlSize, ControlWordings } from "../setting/control_requests.ts";
import { LATENT_SIZE } from "./models.ts";
import type { SampledItem } from "./sample_pictures.ts";

const KINDS = [["scene", "scenes"], ["portrait", "portraits"]] as const;

/** The first conditions of each kind. */
export function controlItems(bank: Bank, size: ControlSize): ControlItem[] {
  return KINDS.flatMap(([kind, many]) =>
    Array.from({ length: size[many] }, (_, index) => controlItem(bank, TASK_RECORDS, { kind, index }))
  );
}

/** Of each kind the conditions to show: those with a treatment first, since of the others nobody sees a look taken. */
export function shownItems(items: readonly ControlItem[], shown: ControlSize): ControlItem[] {
  return KINDS.flatMap(([kind, many]) => {
    const own = items.filter((item) => item.kind === kind);
    const treated = own.filter((item) => lookChoice(item) !== undefined);
    return [...treated, ...own.filter((item) => !treated.includes(item))].slice(0, shown[many]);
  });
}

/** A condition under one instruction. */
export interface ControlWish {
  readonly item: ControlItem;
  readonly task: TaskId;
  readonly instruction: string;
}

/** The tasks that a condition allows. */
export const tasksOf = ({ items }: ControlItem): readonly TaskId[] =>
  TASK_RECORDS.filter(({ id }) => items.has(id)).map(({ id }) => id);

/** The instruction of a task for a condition. */
function controlInstruction(
  { kind, index, items }: ControlItem,
  task: TaskId,
  wordings: ControlWordings,
): string {
  const random = stream(fold(key("control instruction"), wordings, task, kind, index));
  switch (wordings) {
    case "none":
      return "";
    case "fixed":
      return FIXED_INSTRUCTIONS[task];
    case "free":
      return random.pick(taskOf(task).words.freeWordings);
    case "held-out":
      return namedInstruction(sampleInstruction(random, task, "held-out"), {
        task,
        objectName: items.get(task)?.objectName,
      });
  }
}

/** Every condition under every instruction that it allows. */
export function controlWishes(items: readonly ControlItem[], wordings: ControlWordings): ControlWish[] {
  return items.flatMap((item) =>
    tasksOf(item).map((task) => ({ item, task, instruction: controlInstruction(item, task, wordings) }))
  );
}

/** Initial noise of a condition, [4 16 16] flat: the same under all instructions and for all models of a seed. */
export function controlNoise({ kind, index }: ControlItem, seed: number): Float32Array {
  return normal(fold(key("control noise"), kind, index, seed), LATENT_SIZE);
}

/** What the sampler is given of a wish, or of a condition that nothing is said about. */
export function wishedItem(
  { item, task, instruction: text }: Pick<ControlWish, "item"> & Partial<ControlWish>,
  seed: number,
): SampledItem {
  return {
    prompt: item.prompt,
    condition: item.condition,
    ...(task === undefined || text === undefined ? {} : { instruction: { task, text } }),
    noise: controlNoise(item, seed),
  };
}
