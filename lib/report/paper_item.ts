/** A table or figure of the paper with the statements about it, and where each of them stands. */
import type { ClaimVerdict, StatementText, Verdict } from "./statement.ts";

/** A table or figure of the paper that can be reproduced. */
export interface PaperItem {
  /** As given to `reproduce`. */
  readonly id: string;
  /** As printed, e.g. "Fig. 4". */
  readonly name: string;
  /** What the paper shows or says there, in our words. */
  readonly says: string;
  /** Tasks it shows by default. */
  readonly tasks: readonly string[];
  /** What is judged by it. */
  readonly statements: readonly StatementText[];
}

/** A statement and the experiment whose result decides on it. */
export interface PaperClaim extends StatementText {
  /** As given to `reproduce`. */
  readonly experiment: string;
}

/** All statements that are judged, in the order of the items. */
export function claimsOf(items: readonly PaperItem[]): PaperClaim[] {
  return items.flatMap(({ id: experiment, statements }) =>
    statements.map(({ id, section, statement, quantity, noEffect }) => ({
      experiment,
      id,
      section,
      statement,
      quantity,
      ...(noEffect === undefined ? {} : { noEffect }),
    }))
  );
}

/** A statement with its verdict; "not run" where its experiment has no result. */
export interface ClaimState extends PaperClaim {
  /** By interval and region. */
  readonly verdict: Verdict | "not run";
  /** What the verdict rests on, or how to get one. */
  readonly evidence: string;
}

/** Where each statement stands, given the verdicts of the results that are there, by experiment. */
export function claimStates(
  claims: readonly PaperClaim[],
  results: Readonly<Record<string, readonly ClaimVerdict[] | undefined>>,
): ClaimState[] {
  return claims.map((claim) => {
    const found = results[claim.experiment]?.find(({ id }) => id === claim.id);
    return found === undefined
      ? { ...claim, verdict: "not run", evidence: `deno task reproduce ${claim.experiment}` }
      : { ...claim, verdict: found.verdict, evidence: found.evidence };
  });
}
