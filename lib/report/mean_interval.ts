/** The mean of a few independent numbers with its 95 % interval. */
import type { Key } from "../engine/random.ts";
import { bootstrapCells, bootstrapInterval, studentQuantile } from "../metrics/mod.ts";
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

/** Mean and Student's interval of what was measured once for each seed; a single seed has none. @throws RangeError when there is none. */
export function studentInterval(values: readonly number[]): MeanInterval {
  const count = values.length;
  if (count === 0) throw new RangeError("studentInterval() needs at least one number, got none");
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = studentQuantile(0.95, count - 1) * Math.sqrt(variance / count);
  return { mean, low: mean - half, high: mean + half };
}
