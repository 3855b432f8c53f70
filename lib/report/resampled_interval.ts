/** Numbers computed from cell means, with their intervals. */
import { bootstrapInterval } from "../metrics/mod.ts";
import type { TaskId } from "../tasks/mod.ts";
import type { CellName, ResampledCells } from "./cells.ts";
import { type MeanInterval, orNull } from "./mean_interval.ts";

/** The mean of a cell. */
export type CellMean = (row: string, task: TaskId, metric: string) => number;

/** Numbers with intervals and the items they rest on, or the cell that was not measured (undefined: a number is not finite). */
export type Resampled =
  | { readonly quantities: readonly MeanInterval[]; readonly items: number }
  | { readonly quantities: undefined; readonly missing: CellName | undefined };

/**
 * Numbers and their intervals, paired over the items that all cells of a resample share. Of k numbers each interval is of 1 − 0.05/k (Bonferroni), so
 * that many are no more likely to contradict a statement by chance.
 *
 * @param options.grid true for numbers that only take values of a grid, whose intervals are not widened beyond it
 */
export function resampledIntervals(
  resampled: ResampledCells,
  compute: (mean: CellMean) => readonly number[],
  options: { grid?: boolean } = {},
): Resampled {
  const used = new Set<number>();
  let missing: CellName | undefined;
  const estimates = compute((row, task, metric) => {
    const place = resampled.place(row, task, metric);
    if (place === undefined) {
      missing ??= { row, task, metric };
      return NaN;
    }
    used.add(place);
    return resampled.means[place] as number;
  });
  if (missing !== undefined || !estimates.every(Number.isFinite)) return { quantities: undefined, missing };
  const computed = resampled.resamples.map((means) =>
    compute((row, task, metric) => means[resampled.place(row, task, metric) as number] as number)
  );
  const items = Math.min(...[...used].map((place) => resampled.items[place] as number));
  const level = 1 - 0.05 / estimates.length;
  return {
    items,
    quantities: estimates.map((estimate, i): MeanInterval => {
      const values = computed.map((each) => each[i] as number).filter(Number.isFinite);
      const { low, high } = bootstrapInterval(estimate, values, { items, level, ...options });
      return { mean: estimate, low: orNull(low), high: orNull(high) };
    }),
  };
}

/** A number and its 95 % interval; undefined when a cell was not measured or the number is not finite. */
export function resampledInterval(
  resampled: ResampledCells,
  compute: (mean: CellMean) => number,
  options: { grid?: boolean } = {},
): MeanInterval | undefined {
  return resampledIntervals(resampled, (mean) => [compute(mean)], options).quantities?.[0];
}
