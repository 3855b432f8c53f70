/** Why a statement of the paper does not hold here: an explanation is never printed without the outcome of a test of it. */
import { PAPER_CLAIMS } from "./claims.ts";
import { CELL_CHECKS } from "./cell_checks.ts";
import type { Check, Checked, Finding, Findings } from "./checked.ts";
import type { ClaimVerdict } from "./claim_verdict.ts";
import { type CheckName, type Explanation, EXPLANATIONS } from "./explanations.ts";
import { TRAINING_CHECKS } from "./training_checks.ts";
import { USE_CHECKS } from "./use_checks.ts";

/** All tests. */
export const CHECKS: Readonly<Record<CheckName, Check>> = {
  ...TRAINING_CHECKS,
  ...CELL_CHECKS,
  ...USE_CHECKS,
};

/** A statement with one explanation of its verdict, and how that stood its test. */
export interface Explained {
  /** The statement's verdict. */
  readonly claim: ClaimVerdict;
  /** The explanation. */
  readonly explanation: Explanation;
  /** How its test came out. */
  readonly checked: Checked;
}

const sameRun = (a: Finding, b: Finding): boolean => a.scale === b.scale && a.budget === b.budget;

/** The results of one scale and budget. */
const alike = (findings: Findings, run: Finding): Findings =>
  Object.fromEntries(
    Object.entries(findings).filter(([, found]) => found !== undefined && sameRun(found, run)),
  );

const verdictIn = (found: Finding | undefined, id: string): ClaimVerdict | undefined =>
  found?.claims.find((each) => each.id === id);

/**
 * Explanations of all statements that are judged and not supported, and caveats on those that are; in the order of the statements. Each is tested
 * on results of the statement's own scale and budget: what a shorter training does says nothing of a longer one. Where those do not suffice,
 * it is tested on `smaller` runs, one set of results each, in which the statement has the same verdict; the evidence then names the budget.
 */
export function explain(
  findings: Findings,
  { smaller = [], explanations = EXPLANATIONS }: {
    readonly smaller?: readonly Findings[];
    readonly explanations?: readonly Explanation[];
  } = {},
): Explained[] {
  return PAPER_CLAIMS.flatMap(({ id, experiment }) => {
    const judged = findings[experiment];
    const claim = verdictIn(judged, id);
    if (judged === undefined || claim === undefined) return [];
    const { verdict } = claim;
    const check = (name: CheckName): Checked => {
      const checked = CHECKS[name](alike(findings, judged), claim);
      if (checked.outcome !== "not computed") return checked;
      for (const run of smaller) {
        const found = run[experiment], there = verdictIn(found, id);
        if (found === undefined || there?.verdict !== verdict) continue;
        const again = CHECKS[name](alike(run, found), there);
        if (again.outcome === "not computed") continue;
        const where = `at ${found.budget} budget, where the statement is ${verdict} too`;
        return { ...again, evidence: `${again.evidence} (${where})` };
      }
      return checked;
    };
    return explanations
      .filter(({ of, why }) =>
        (why === "supported") === (verdict === "supported") &&
        (of.includes(id) || (verdict === "inconclusive" && of.includes("inconclusive")))
      )
      .map((explanation) => ({ claim, explanation, checked: check(explanation.check) }));
  });
}
