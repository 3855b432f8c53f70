/** Any number computed from cell means, with its interval. */
import { bootstrapInterval } from "../metrics/mod.ts";
import type { MeanInterval } from "./instruction_space.ts";
import { orNull } from "./mean_interval.ts";
import type { Table1Draws } from "./table1_result.ts";

/** The mean of a cell. */
export type CellMean = (row: string, task: string, metric: string) => number;

/**
 * A number and its 95 % interval, paired over the items that all cells of a draw share.
 *
 * @param options.grid true for a number that only takes values of a grid, whose interval is not widened beyond it
 * @returns undefined when a cell was not measured or the number is not finite.
 */
export function drawnInterval(
  draws: Table1Draws,
  compute: (mean: CellMean) => number,
  options: { grid?: boolean } = {},
): MeanInterval | undefined {
  const used = new Set<number>();
  const estimate = compute((row, task, metric) => {
    const place = draws.place(row, task, metric) ?? -1;
    used.add(place);
    return draws.means[place] ?? NaN;
  });
  if (!Number.isFinite(estimate) || used.has(-1)) return undefined;
  const drawn = draws.draws.map((means) =>
    compute((row, task, metric) => means[draws.place(row, task, metric) as number] as number)
  );
  const items = Math.min(...[...used].map((place) => draws.items[place] as number));
  const { low, high } = bootstrapInterval(estimate, drawn.filter(Number.isFinite), { items, ...options });
  return { mean: estimate, low: orNull(low), high: orNull(high) };
}
