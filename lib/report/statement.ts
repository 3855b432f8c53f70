/** The paper's statements about one measured number each, and their verdicts by the number's interval. */
import type { MeanInterval } from "./instruction_space.ts";
import type { ClaimVerdict } from "./claim_verdict.ts";
import { verdictOf } from "./judge.ts";

/** A statement of the paper and where a number must lie for it to hold. The paper prints none of these numbers. */
export interface Statement {
  /** Short name. */
  readonly id: string;
  /** Where the paper says it. */
  readonly section: string;
  /** What it says, in our words. */
  readonly statement: string;
  /** What is computed. */
  readonly quantity: string;
  /** Where a supported statement's number lies; an end that is not given is open. A low end of 0 means above 0: no difference is not enough. */
  readonly region: { readonly low?: number; readonly high?: number };
}

/** The number measured for a statement, and what it rests on. */
export interface Found extends MeanInterval {
  /** Number of items, what is resampled, what stands out. */
  readonly evidence: string;
}

/** Three decimals, or two digits of what would round to nothing. */
function digits(value: number): string {
  const text = value !== 0 && Math.abs(value) < 1e-3
    ? String(Number(value.toPrecision(2)))
    : (value + 0).toFixed(3);
  return text.replaceAll("-", "−");
}

function wanted({ low, high }: Statement["region"]): string {
  if (low === undefined) return `at most ${high}`;
  if (high !== undefined) return `from ${low} to ${high}`;
  return low === 0 ? "above 0" : `at least ${digits(low)}`;
}

/** Supported when the whole interval lies in the region, not supported when it lies wholly outside, inconclusive otherwise. */
export function judgeStatement(about: Statement, found: Found | undefined): ClaimVerdict {
  const { region, id, section, statement, quantity } = about;
  const named = {
    id,
    section,
    statement,
    quantity,
    region: { low: region.low ?? null, high: region.high ?? null },
    paper: null,
  };
  if (found === undefined) {
    return {
      ...named,
      ours: null,
      low: null,
      high: null,
      verdict: "inconclusive",
      evidence: "not measured: it needs all tasks",
    };
  }
  const { mean, low, high, evidence } = found;
  const ends = { low: region.low ?? -Infinity, high: region.high ?? Infinity };
  return {
    ...named,
    ours: mean,
    low,
    high,
    verdict: verdictOf([{ low: low ?? -Infinity, high: high ?? Infinity }], ends),
    evidence: `the paper prints no number; ours ${digits(mean)}` +
      (low === null || high === null ? " with no interval" : ` [${digits(low)}, ${digits(high)}]`) +
      `, needs ${wanted(region)}; ${evidence}`,
  };
}

/** Judges all statements about one result. */
export function judgeStatements(
  statements: readonly Statement[],
  found: Readonly<Record<string, Found | undefined>>,
): ClaimVerdict[] {
  return statements.map((statement) => judgeStatement(statement, found[statement.id]));
}
