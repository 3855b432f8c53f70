/** The paper's statements about Fig. 7 (Sec. 4.2) as predicates over {@link Curve}s. */
import { type Curve, curvesBySeed, gainReached, type SeedCurve } from "./curve_speed.ts";
import { studentInterval } from "./mean_interval.ts";
import type { ClaimVerdict } from "./claim_verdict.ts";
import { type Found, judgeStatements, type Statement } from "./statement.ts";
import { ON_PAR_MARGIN } from "./table1_claims.ts";

/** The tasks whose curves the paper shows. */
const SHOWN = ["style", "face"];
/** Later by this share of the training is still "just as fast". */
const LATER = 0.1;

/** What the paper says about the speed of training. */
export const CURVE_STATEMENTS: readonly Statement[] = [
  {
    id: "joint-rises-as-fast",
    section: "Fig. 7, 4.2",
    statement:
      "On style and face the joint model's validation scores rise on par with the single-task models', step by step.",
    quantity: "relative difference of the scores at equal steps, joint against single-task, mean over steps",
    region: { low: -ON_PAR_MARGIN },
  },
  {
    id: "joint-arrives-as-early",
    section: "4.2",
    statement: "The joint model needs no more steps than the single-task models, for all tasks at once.",
    quantity:
      "step of 95 % of the gain, joint less single-task, as a share of the training; mean over scores that both raise",
    region: { high: LATER },
  },
];

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Single-task and joint curves of one seed on the same score and steps. */
function pairsOf(curves: readonly SeedCurve[]): { single: SeedCurve; joint: SeedCurve }[] {
  return curves.filter(({ row }) => row === "single-task").flatMap((single) => {
    const joint = curves.find(({ row, task, metric }) =>
      row === "instruct" && task === single.task && metric === single.metric
    );
    return joint === undefined || joint.steps.length !== single.steps.length ? [] : [{ single, joint }];
  });
}

/**
 * Judges the claims on Fig. 7. Curves of one seed share pictures and the joint training, so they are averaged, and the interval is Student's
 * over seeds; a single seed decides nothing.
 */
export function judgeCurves(curves: readonly Curve[]): ClaimVerdict[] {
  const seeds = curvesBySeed(curves).map(pairsOf);
  const apart = seeds.map((pairs) =>
    pairs.filter(({ single }) => SHOWN.includes(single.task)).map(({ single, joint }) =>
      // At step 0 both are the same model.
      mean(single.mean.flatMap((value, i) =>
        single.steps[i] === 0 ? [] : [((joint.mean[i] as number) - value) / Math.abs(value)]
      ))
    ).filter(Number.isFinite)
  );
  const later = seeds.map((pairs) =>
    pairs.flatMap(({ single, joint }) => {
      const [alone, together] = [gainReached(single), gainReached(joint)];
      return alone === null || together === null
        ? []
        : [(together - alone) / (single.steps.at(-1) as number)];
    })
  );
  const found = (
    values: readonly (readonly number[])[],
    says: (count: number) => string,
  ): Found | undefined => {
    const measured = values.filter(({ length }) => length > 0);
    if (measured.length === 0) return undefined;
    const seeds = measured.length === 1 ? "1 seed" : `Student's 95 % interval over ${measured.length} seeds`;
    return {
      ...studentInterval(measured.map(mean)),
      evidence: `${says(measured.flat().length)}; ${seeds}`,
    };
  };
  const none = later.flat().length === 0 && seeds.flat().length > 0;
  return judgeStatements(CURVE_STATEMENTS, {
    "joint-rises-as-fast": found(apart, (count) => `${count} pairs of curves`),
    "joint-arrives-as-early": found(
      later,
      (count) => `${count} of ${seeds.flat().length} pairs of curves end above their start`,
    ),
  }).map((claim) =>
    none && claim.id === "joint-arrives-as-early"
      ? { ...claim, evidence: "not measured: on no score do both models end above their start" }
      : claim
  );
}
