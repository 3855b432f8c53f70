/** How the outcome of an explanation's test follows from a number with its interval. */
import type { Checked, Outcome } from "./explanation.ts";
import type { MeanInterval } from "./mean_interval.ts";

/** The answer where a result is missing. */
export const missing = (experiment: string): Checked => ({
  outcome: "not computed",
  evidence: `needs deno task reproduce ${experiment}, with the same budget`,
});

/** The answer where a result does not hold what the test reads. */
export const unreadable = (what: string): Checked => ({ outcome: "not computed", evidence: `needs ${what}` });

/** Three decimals, a true minus. */
export const decimal = (value: number): string => (value + 0).toFixed(3).replace("-", "−");

/** "0.012 [−0.004, 0.031]". */
export function intervalOf({ mean, low, high }: MeanInterval): string {
  return low === null || high === null
    ? `${decimal(mean)} with no interval`
    : `${decimal(mean)} [${decimal(low)}, ${decimal(high)}]`;
}

/** Above the border with its whole interval, below it, or neither. Without an interval nothing is decided. */
export function above({ low, high }: MeanInterval, border: number): Outcome {
  if (low === null || high === null) return "undecided";
  return low > border ? "holds" : high < border ? "does not hold" : "undecided";
}

/** The outcome of the opposite. */
export function opposite(outcome: Outcome): Outcome {
  return outcome === "holds" ? "does not hold" : outcome === "does not hold" ? "holds" : outcome;
}
