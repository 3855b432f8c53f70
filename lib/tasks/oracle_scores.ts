import type { Rgb } from "./canvas.ts";
import type { Bank, Item } from "./pair.ts";
import { type TaskId, taskOf } from "./registry.ts";

/**
 * What a task's oracle says of pictures, one score per item under the oracle's name, in [0, 1], higher is better.
 *
 * @throws RangeError for an item whose truth the oracle cannot judge.
 */
export function oracleScores(
  bank: Bank,
  task: TaskId,
  made: { readonly items: readonly Item[]; readonly outputs: readonly Rgb[] },
): Record<string, number>[] {
  const { name, score } = taskOf(task).oracle;
  return made.items.map((item, i) => ({ [name]: score(bank, item, made.outputs[i]!) }));
}
