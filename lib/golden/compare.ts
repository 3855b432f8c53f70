import type { GoldenCase, Tolerance, Values } from "./golden_case.ts";

/** How far one computed tensor is from the expected one. */
export interface Comparison {
  /** The tensor's full name. */
  readonly name: string;
  /** ‖actual − expected‖₂ / ‖expected‖₂; max |actual| where the expected tensor is all zero; Infinity on another shape or NaN. */
  readonly error: number;
  /** The largest error allowed. */
  readonly bar: number;
  /** Whether the error is within the bar. */
  readonly passed: boolean;
  /** What is wrong besides the numbers. */
  readonly fault?: string;
}

/** Where all expected values are zero, the largest permitted magnitude. */
const ZERO_BAR = 1e-7;

/** The bar for a tensor: the longest matching entry of `by_prefix`, else that of its kind. */
function barOf(name: string, tolerance: Tolerance): number {
  const prefixes = Object.keys(tolerance.by_prefix ?? {}).filter((prefix) => name.startsWith(prefix));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0];
  if (longest !== undefined) return tolerance.by_prefix?.[longest] as number;
  if (name.startsWith("grads.")) return tolerance.grads ?? tolerance.outputs;
  if (name.startsWith("intermediates.")) return tolerance.intermediates ?? tolerance.outputs;
  return tolerance.outputs;
}

/** Relative L2 error of `actual` against `expected`, with the rule for all-zero tensors. */
export function compare(name: string, actual: Values, expected: Values, bar: number): Comparison {
  if (actual.shape.join() !== expected.shape.join()) {
    const fault = `expected [${expected.shape}], got [${actual.shape}]`;
    return { name, error: Infinity, bar, passed: false, fault };
  }
  let difference = 0, norm = 0, largest = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const a = actual.data[i] as number, e = expected.data[i] as number;
    difference += (a - e) ** 2;
    norm += e * e;
    largest = Math.max(largest, Math.abs(a));
  }
  const error = norm === 0 ? largest : Math.sqrt(difference / norm);
  const limit = norm === 0 ? ZERO_BAR : bar;
  return { name, error: Number.isNaN(error) ? Infinity : error, bar: limit, passed: error <= limit };
}

/**
 * Compares everything a case expects with what was computed. A tensor that was not computed is a failure; `intermediates.` are compared only
 * where computed, as they are no part of the bar.
 */
export function compareCase(golden: GoldenCase, actual: Readonly<Record<string, Values>>): Comparison[] {
  const rows: Comparison[] = [];
  for (const [name, expected] of Object.entries(golden.expected)) {
    const bar = barOf(name, golden.tolerance);
    const computed = actual[name];
    if (computed) rows.push(compare(name, computed, expected, bar));
    else if (!name.startsWith("intermediates.")) {
      rows.push({ name, error: Infinity, bar, passed: false, fault: "not computed" });
    }
  }
  return rows;
}
