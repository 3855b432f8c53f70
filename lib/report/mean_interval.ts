/** Means with 95 % intervals. */
import { studentQuantile } from "../metrics/mod.ts";

/** A mean with its 95 % interval; null where a single item allows none. */
export interface MeanInterval {
  /** The mean. */
  readonly mean: number;
  /** Lower end. */
  readonly low: number | null;
  /** Upper end. */
  readonly high: number | null;
}

/** The arithmetic mean. */
export const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A finite end, or null where there is none. */
export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

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
