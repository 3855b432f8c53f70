/** Means over items, and what one is of another, as scores with their 95 % bootstrap intervals. */
import { key } from "../../lib/engine/mod.ts";
import { bootstrapCells, bootstrapInterval } from "../../lib/metrics/mod.ts";
import type { Score } from "./measurement.ts";

/**
 * The mean of `groups` of numbers (all of one size), items resampled within their group; `of` turns a mean into the score.
 *
 * @throws RangeError when a value is not finite.
 */
export function meanScore(
  name: string,
  groups: readonly (readonly number[])[],
  options: Omit<Score, "name" | "value" | "low" | "high" | "n"> & { of?: (mean: number) => number } = {},
): Score {
  const { of = (mean) => mean, ...rest } = options;
  const observations = groups.flatMap((values, group) =>
    values.map((value, item) => ({ cell: name, stratum: `${group}`, item, seed: 0, value }))
  );
  const { means, resamples } = bootstrapCells(observations, { key: key("evaluate") });
  const value = of(means[0] as number);
  const { low, high } = bootstrapInterval(value, resamples.map((resample) => of(resample[0] as number)), {
    items: Math.min(...groups.map((group) => group.length)),
  });
  return { name, value, low, high, n: observations.length, ...rest };
}

/**
 * The mean of `part` as a share of the mean of `whole`, two numbers of every item; items are resampled with both. 0 where the whole is.
 *
 * @throws RangeError when there are not equally many of both, or a value is not finite.
 */
export function shareScore(
  name: string,
  { part, whole }: { readonly part: readonly number[]; readonly whole: readonly number[] },
  options: Pick<Score, "bar"> = {},
): Score {
  if (part.length !== whole.length) {
    throw new RangeError(
      `A share needs two numbers of every item: expected ${part.length}, got ${whole.length}`,
    );
  }
  const observations = [part, whole].flatMap((values, cell) =>
    values.map((value, item) => ({ cell: cell === 0 ? "part" : "whole", stratum: "", item, seed: 0, value }))
  );
  const { means, resamples } = bootstrapCells(observations, { key: key("evaluate") });
  const shareOf = ([a, b]: ArrayLike<number> & Iterable<number>) => b! > 0 ? a! / b! : 0;
  const value = shareOf(means);
  const { low, high } = bootstrapInterval(value, resamples.map(shareOf), { items: part.length });
  return { name, value, low, high, n: part.length, ...options };
}

/** The mean of several rounds for every item; `rounds` [round][item], all of one length. */
export function meanOver(rounds: readonly (readonly number[])[]): number[] {
  const [first = []] = rounds;
  return first.map((_, item) => rounds.reduce((sum, round) => sum + round[item]!, 0) / rounds.length);
}
