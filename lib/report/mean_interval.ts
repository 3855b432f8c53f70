/** The mean of a few independent numbers with its 95 % bootstrap interval. */
import type { Key } from "../engine/random.ts";
import { bootstrapCells, bootstrapInterval } from "../metrics/mod.ts";
import type { MeanInterval } from "./instruction_space.ts";

/** A finite end, or null where there is none. */
export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Mean and interval; of a single number there is no interval. @throws RangeError when a number is not finite or there is none. */
export function meanInterval(values: readonly number[], key: Key): MeanInterval {
  if (values.length === 0) throw new RangeError("meanInterval() needs at least one number, got none");
  const rows = values.map((value, item) => ({ cell: "all", stratum: "all", item, seed: 0, value }));
  const { means, draws } = bootstrapCells(rows, { key });
  const { estimate, low, high } = bootstrapInterval(
    means[0] as number,
    draws.map((draw) => draw[0] as number),
    { items: values.length },
  );
  return { mean: estimate, low: orNull(low), high: orNull(high) };
}
