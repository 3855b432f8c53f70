/**
 * All statements of the paper that are judged, in its order of experiments. A statement is data: where it stands, what it says in our words,
 * the quantity that is computed, and the region in which that must lie; its verdict comes with the experiment's result. Regions were fixed
 * before the results were seen; none is tuned. Six quantities were found wanting and corrected when the quick results were known, before the
 * full ones: plus-leaks, instruction-controls, joint-leaks-more, lora-compatible, text-starts-new-tasks and text-is-flexible.
 */
import { ABLATION_STATEMENTS } from "./ablations.ts";
import { COMBINATION_STATEMENTS } from "./combinations.ts";
import { CURVE_STATEMENTS } from "./curve_claims.ts";
import { INSTRUCTION_STATEMENTS } from "./instruction_claims.ts";
import type { ClaimVerdict, Verdict } from "./claim_verdict.ts";
import { TRAINING_COST } from "./judge.ts";
import { REWORDING_STATEMENTS } from "./rewording.ts";
import { SCALE_STATEMENTS } from "./scale_trade.ts";
import type { Statement } from "./statement.ts";
import { TABLE1_CLAIMS } from "./table1_claims.ts";
import { LIKENESS_STATEMENTS, USE_STATEMENTS } from "./use_claims.ts";

/** A statement and the experiment whose result decides on it. */
export interface PaperClaim extends Omit<Statement, "region"> {
  /** As given to `reproduce`. */
  readonly experiment: string;
}

const of = (experiment: string, statements: readonly Omit<Statement, "region">[]): PaperClaim[] =>
  statements.map(({ id, section, statement, quantity }) => ({
    experiment,
    id,
    section,
    statement,
    quantity,
  }));

/** Every statement that is judged. */
export const PAPER_CLAIMS: readonly PaperClaim[] = [
  ...of("table1", [...TABLE1_CLAIMS, TRAINING_COST]),
  ...of("fig4", INSTRUCTION_STATEMENTS),
  ...of("fig6", LIKENESS_STATEMENTS),
  ...of("fig7", CURVE_STATEMENTS),
  ...of("fig8", REWORDING_STATEMENTS),
  ...of("fig9", USE_STATEMENTS),
  ...of("fig10", COMBINATION_STATEMENTS),
  ...of("scale", SCALE_STATEMENTS),
  ...of("ablations", ABLATION_STATEMENTS),
];

/** A statement with its verdict; "not run" where its experiment has no result. */
export interface ClaimState extends PaperClaim {
  /** By interval and region. */
  readonly verdict: Verdict | "not run";
  /** What the verdict rests on, or how to get one. */
  readonly evidence: string;
}

/** Where each statement stands, given the verdicts of the results that are there, by experiment. */
export function claimStates(
  results: Readonly<Record<string, readonly ClaimVerdict[] | undefined>>,
): ClaimState[] {
  return PAPER_CLAIMS.map((claim) => {
    const found = results[claim.experiment]?.find(({ id }) => id === claim.id);
    return found === undefined
      ? { ...claim, verdict: "not run", evidence: `deno task reproduce ${claim.experiment}` }
      : { ...claim, verdict: found.verdict, evidence: found.evidence };
  });
}
