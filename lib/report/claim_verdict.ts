/** What becomes of a statement of the paper. */

/** Outcome of a claim. */
export type Verdict = "supported" | "not supported" | "inconclusive";

/** A claim judged by our numbers. */
export interface ClaimVerdict {
  /** Short name. */
  readonly id: string;
  /** Where the paper says it. */
  readonly section: string;
  /** What it says, in our words. */
  readonly statement: string;
  /** What is computed. */
  readonly quantity: string;
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
