/**
 * The paper's statements and their verdicts. A statement is a record: where it stands, what it says in our words, what is computed, the region in
 * which that must lie, and how it is measured. Regions were fixed before the results were seen; none is tuned.
 */
import type { MeanInterval } from "./mean_interval.ts";

/** Outcome of a statement. */
export type Verdict = "supported" | "not supported" | "inconclusive";

/** What a statement says, without how it is measured. */
export interface StatementText {
  /** Short name. */
  readonly id: string;
  /** Where the paper says it. */
  readonly section: string;
  /** What it says, in our words. */
  readonly statement: string;
  /** What is computed. */
  readonly quantity: string;
  /** The quantity's value if nothing were behind the statement; default 0. */
  readonly noEffect?: number | undefined;
}

/** A statement's `section` as it is read: "Sec. 4.2"; tables and figures as they are. */
export const placeInPaper = (section: string): string => /^\d/.test(section) ? `Sec. ${section}` : section;

/** A statement judged by our numbers. */
export interface ClaimVerdict extends Omit<StatementText, "noEffect"> {
  /** Ends of the region that means "supported"; null is unbounded. */
  readonly region: { readonly low: number | null; readonly high: number | null };
  /** The quantity from the paper's printed numbers; of several, the one nearest to leaving the region. Null when it prints none. */
  readonly paper: number | null;
  /** The quantity from our numbers (of several, likewise), and its interval; null when not measured or unbounded. */
  readonly ours: number | null;
  /** Lower end of the interval. */
  readonly low: number | null;
  /** Upper end of the interval. */
  readonly high: number | null;
  /** By interval and region. */
  readonly verdict: Verdict;
  /** What the verdict rests on, or what is missing. */
  readonly evidence: string;
}

/** Where a supported statement's numbers lie; an end that is not given is open. A low end of 0 means above 0: no difference is not enough. */
export interface Region {
  /** Lower end. */
  readonly low?: number;
  /** Upper end. */
  readonly high?: number;
}

/** The numbers measured for a statement, and what they rest on. */
export interface Measured {
  /** Each with its interval; every one must lie in the region. None: not measured. */
  readonly quantities: readonly MeanInterval[];
  /** Number of items, what is resampled, what stands out; where nothing was measured, why. */
  readonly evidence: string;
}

/** How a statement's numbers are written, and what stands for an interval that is not there. */
export interface Wording {
  /** A number as text. */
  number(value: number): string;
  /** An upper end of the region. */
  edge(value: number): string;
  /** The paper's number in words, where it is more than a number. */
  readonly paper?: string;
  /** Behind our number. */
  readonly unit?: string;
  /** Behind "with no interval". */
  readonly noInterval: string;
  /** What an upper end is called; default "at most". */
  readonly below?: string;
  /** Between the region and what the numbers rest on. */
  readonly separator: ";" | ",";
}

/** A statement of the paper about what `Evidence` holds. */
export interface Statement<Evidence> extends StatementText {
  /** Where all quantities lie if it is supported. */
  readonly region: Region;
  /** The quantities from the paper's printed numbers; absent where it prints none. */
  readonly paper?: readonly number[];
  /** Default: three decimals. */
  readonly wording?: Wording;
  /** Computes the quantities with their intervals. */
  measure(evidence: Evidence): Measured;
}

/** A single quantity with what it rests on; undefined where a cell is missing. */
export function measured(found: MeanInterval | undefined | null, evidence: string): Measured {
  return found
    ? { quantities: [{ mean: found.mean, low: found.low, high: found.high }], evidence }
    : { quantities: [], evidence: "it needs scores of all tasks" };
}

/** Three decimals, or two digits of what would round to nothing. */
function digits(value: number): string {
  const text = value !== 0 && Math.abs(value) < 1e-3
    ? String(Number(value.toPrecision(2)))
    : (value + 0).toFixed(3);
  return text.replaceAll("-", "−");
}

/** A share in percent with its sign: "+4.2 %". */
export const signedPercent = (share: number, digits: number): string =>
  `${share < 0 ? "−" : "+"}${(100 * Math.abs(share)).toFixed(digits)} %`;

const percent = (value: number) => signedPercent(value, 2);

const PLAIN: Wording = { number: digits, edge: String, noInterval: "", separator: ";" };

/** Relative differences, with a sign. */
export const PERCENT: Wording = {
  number: percent,
  edge: percent,
  noInterval: ": a single item",
  separator: ",",
};

/** The least number above 0 that is not subnormal: ONNX Runtime makes its thread take subnormal ones for 0. */
const LEAST = 2 ** -1022;

/** By intervals and region: all inside, any wholly outside, or neither. */
export function verdictOf(
  intervals: readonly { readonly low: number; readonly high: number }[],
  region: { readonly low: number; readonly high: number },
): Verdict {
  const least = region.low === 0 ? LEAST : region.low;
  if (intervals.every(({ low, high }) => low >= least && high <= region.high)) return "supported";
  return intervals.some(({ low, high }) => high < least || low > region.high)
    ? "not supported"
    : "inconclusive";
}

type Ends = { readonly low: number; readonly high: number };

/** The number nearest to leaving the region, or farthest outside. */
function tightest<T>(numbers: readonly T[], { low, high }: Ends, valueOf: (number: T) => number): T {
  const slack = (number: T) => Math.min(valueOf(number) - low, high - valueOf(number));
  return numbers.reduce((best, each) => (slack(each) < slack(best) ? each : best));
}

function regionText({ low, high }: Region, { edge, number, below = "at most" }: Wording): string {
  if (low === undefined) return `${below} ${edge(high as number)}`;
  if (high !== undefined) return `from ${low} to ${high}`;
  return low === 0 ? "above 0" : `at least ${number(low)}`;
}

/**
 * Judges a statement: supported when all intervals lie in the region, not supported when any lies wholly outside, inconclusive otherwise.
 */
export function judge<Evidence>(about: Statement<Evidence>, evidence: Evidence): ClaimVerdict {
  const { id, section, statement, quantity, region, wording = PLAIN } = about;
  const { quantities, evidence: rest } = about.measure(evidence);
  const ends: Ends = { low: region.low ?? -Infinity, high: region.high ?? Infinity };
  const paper = about.paper === undefined ? null : tightest(about.paper, ends, (value) => value);
  const named = {
    id,
    section,
    statement,
    quantity,
    region: { low: region.low ?? null, high: region.high ?? null },
    paper,
  };
  if (quantities.length === 0) {
    const none = { ours: null, low: null, high: null, verdict: "inconclusive" } as const;
    return { ...named, ...none, evidence: `not measured: ${rest}` };
  }
  const { mean, low, high } = tightest(quantities, ends, (each) => each.mean);
  const { number, unit = "", noInterval, separator } = wording;
  const printed = paper === null ? "the paper prints no number;" : `paper ${wording.paper ?? number(paper)},`;
  const interval = low === null || high === null
    ? `with no interval${noInterval}`
    : `[${number(low)}, ${number(high)}]`;
  return {
    ...named,
    ours: mean,
    low,
    high,
    verdict: verdictOf(
      quantities.map(({ low, high }) => ({ low: low ?? -Infinity, high: high ?? Infinity })),
      ends,
    ),
    evidence: `${printed} ours ${number(mean)}${unit} ${interval}, needs ${
      regionText(region, wording)
    }${separator} ${rest}`,
  };
}

/** Judges all statements about one result. */
export function judgeAll<Evidence>(
  statements: readonly Statement<Evidence>[],
  evidence: Evidence,
): ClaimVerdict[] {
  return statements.map((statement) => judge(statement, evidence));
}
