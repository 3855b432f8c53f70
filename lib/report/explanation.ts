/** Why a statement of the paper does not hold here: an explanation is never printed without the outcome of a test of it. */
import type { PaperClaim } from "./paper_item.ts";
import type { ClaimVerdict } from "./statement.ts";
import type { Cell } from "./cells.ts";
import type { TrainingRun } from "./table1_result.ts";

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

/** A verdict with what its statement says of no effect. */
export type JudgedClaim = ClaimVerdict & Pick<PaperClaim, "noEffect">;

/** A test of an explanation: a pure function of the results, and of the statement it is to explain. */
export type Check = (findings: Findings, claim: JudgedClaim) => Checked;

/** An explanation with its test. */
export interface Explanation {
  /** Ids of the statements it may explain; "inconclusive" stands for every statement whose interval reaches over the border. */
  readonly of: readonly string[];
  /** "supported" for a caveat: why a statement may hold here for no good reason. By default it explains why one does not hold. */
  readonly why?: "supported";
  /** In our words. */
  readonly because: string;
  /** What must be true of the results if it is right, in words. */
  readonly test: string;
  /** What computes that. */
  readonly check: Check;
}

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
  { claims, explanations, smaller = [] }: {
    readonly claims: readonly PaperClaim[];
    readonly explanations: readonly Explanation[];
    readonly smaller?: readonly Findings[];
  },
): Explained[] {
  return claims.flatMap(({ id, experiment, noEffect }) => {
    const judged = findings[experiment];
    const claim = verdictIn(judged, id);
    if (judged === undefined || claim === undefined) return [];
    const { verdict } = claim;
    const check = (test: Check): Checked => {
      const checked = test(alike(findings, judged), { ...claim, noEffect });
      if (checked.outcome !== "not computed") return checked;
      for (const run of smaller) {
        const found = run[experiment], there = verdictIn(found, id);
        if (found === undefined || there?.verdict !== verdict) continue;
        const again = test(alike(run, found), { ...there, noEffect });
        if (again.outcome === "not computed") continue;
        const where = found.budget === judged.budget
          ? `by results at ${found.budget} budget`
          : `at ${found.budget} budget, where the statement is ${verdict} too`;
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
