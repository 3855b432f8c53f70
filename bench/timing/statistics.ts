/** Numbers that stand for many timings. */
import { quantile } from "../../lib/metrics/mod.ts";

/** The middle value, or the mean of the two in the middle. @throws RangeError for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("median() needs at least one number, got none");
  return quantileOf(values, 0.5);
}

const quantileOf = (values: readonly number[], share: number): number =>
  quantile(values.toSorted((a, b) => a - b), share);

/** Middle and spread of timings. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** First and third quartile. */
  readonly quartiles: readonly [number, number];
}

/** @throws RangeError for no value. */
export function spread(values: readonly number[]): Spread {
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    quartiles: [quantileOf(values, 0.25), quantileOf(values, 0.75)],
  };
}

/** How many times longer the peer took. */
export interface Ratio {
  /** Peer's median over ours. */
  readonly median: number;
  /** The smallest and the largest ratio of a repetition. */
  readonly min: number;
  readonly max: number;
}

/** Ratio of turns that were timed in pairs. @throws RangeError unless there are equally many. */
export function ratioOf(ours: readonly number[], peer: readonly number[]): Ratio {
  if (ours.length !== peer.length) {
    throw new RangeError(`ratioOf() needs timings in pairs, got ${ours.length} and ${peer.length}`);
  }
  const pairs = ours.map((time, i) => (peer[i] as number) / time);
  return { median: median(peer) / median(ours), min: Math.min(...pairs), max: Math.max(...pairs) };
}
