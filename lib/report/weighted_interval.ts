/** Weighted sums of means that are stored with their intervals, but without the resamples behind them. */
import type { MeanInterval } from "./mean_interval.ts";

/** A weight and the mean it is of; a number without an interval is a {@link MeanInterval} of no width. */
export type Term = readonly [weight: number, value: MeanInterval | undefined];

/**
 * Σ weight · mean. Each end takes the halves of the intervals that lie on its side: of a mean with a negative weight the opposite one.
 * Halves add as of independent means; the rows of a stored result share their items, so a difference's interval is wider than need be.
 *
 * @returns undefined where a mean is missing; ends are null where an interval is.
 */
export function weightedInterval(terms: readonly Term[]): MeanInterval | undefined {
  const values = terms.map(([, value]) => value);
  if (values.includes(undefined)) return undefined;
  const known = terms as readonly (readonly [number, MeanInterval])[];
  const mean = known.reduce((sum, [weight, value]) => sum + weight * value.mean, 0);
  const half = (side: -1 | 1): number | null => {
    const parts = known.map(([weight, value]) => {
      const end = weight * side < 0 ? value.low : value.high;
      return end === null ? null : weight * (end - value.mean);
    });
    return parts.includes(null) ? null : Math.hypot(...parts as number[]);
  };
  const [down, up] = [half(-1), half(1)];
  return { mean, low: down === null ? null : mean - down, high: up === null ? null : mean + up };
}
