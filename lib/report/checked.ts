/** Tests of explanations: what they read, what they answer, how the outcome follows from a number with its interval. */
import type { ClaimVerdict } from "./claim_verdict.ts";
import type { MeanInterval } from "./instruction_space.ts";
import type { Cell, TrainingRun } from "./table1_result.ts";

/** Whether an explanation stands its test; undecided where an interval reaches over the border, not computed where a result is missing. */
export type Outcome = "holds" | "does not hold" | "undecided" | "not computed";

/** What a test of an explanation found. */
export interface Checked {
  /** Of the explanation, not of the statement. */
  readonly outcome: Outcome;
  /** The numbers behind it, or what is missing. */
  readonly evidence: string;
}

/** What a test reads of a result. */
export interface Finding {
  /** mini or paper. */
  readonly scale: string;
  /** smoke, quick or full. */
  readonly budget: string;
  /** Verdicts. */
  readonly claims: readonly ClaimVerdict[];
  /** Table 1's cells. */
  readonly cells?: readonly Cell[] | undefined;
  /** Table 1's trainings. */
  readonly training?: readonly TrainingRun[] | undefined;
  /** A figure's content. */
  readonly content?: unknown;
}

/** Results by experiment. */
export type Findings = Readonly<Record<string, Finding | undefined>>;

/** A test of an explanation: a pure function of the results, and of the statement it is to explain. */
export type Check = (findings: Findings, claim: ClaimVerdict) => Checked;

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
