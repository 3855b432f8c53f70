/** Tests of explanations that speak of too little training: by what the instruction does, and by the curves of Fig. 7. */
import { TASKS } from "../../lib/tasks/mod.ts";
import type { AblationsContent } from "../figures/ablations/statements.ts";
import {
  above,
  average,
  type Check,
  type Checked,
  type Findings,
  intervalOf,
  LITTLE_SCORE,
  missing,
  opposite,
  studentInterval,
  unreadable,
} from "../../lib/report/mod.ts";
import { type Curve, curvesBySeed, type SeedCurve, type TrainingCurves } from "../figures/fig7/curves.ts";
import { JOINT, SINGLE_TASK } from "../figures/table1/rows.ts";

/** A score at a step, linear between the measured ones; undefined before the first or after the last. */
export function scoreAt({ steps, mean }: Pick<Curve, "steps" | "mean">, step: number): number | undefined {
  const after = steps.findIndex((each) => each >= step);
  if (after < 0) return undefined;
  const [to, end] = [steps[after] as number, mean[after] as number];
  if (to === step) return end;
  if (after === 0) return undefined;
  const [from, begin] = [steps[after - 1] as number, mean[after - 1] as number];
  return begin + (end - begin) * (step - from) / (to - from);
}

const curvesOf = (findings: Findings) => (findings["fig7"]?.content as TrainingCurves | undefined)?.curves;

/**
 * Judges the mean over curves by whether it lies above 0, by Student's interval over seeds. Undecided with one seed.
 *
 * @param compute one number for each curve, or pair of curves, that has it.
 */
function overCurves(
  curves: readonly Curve[],
  compute: (curves: readonly SeedCurve[]) => readonly number[],
  { says, what }: { says: (text: string) => string; what: string },
): Checked {
  const means = curvesBySeed(curves).map(compute).filter(({ length }) => length > 0).map(average);
  if (means.length === 0) return unreadable(what);
  const found = studentInterval(means);
  const over = `over ${means.length} seed${means.length === 1 ? "" : "s"}`;
  return { outcome: above(found, 0), evidence: `${says(intervalOf(found))}, ${over}` };
}

/** Under another task's instruction, does the score change by very little? */
export const instructionIsIdle: Check = (findings) => {
  const content = findings["ablations"]?.content as AblationsContent | undefined;
  if (content === undefined) return missing("ablations");
  const { effect, moved } = content;
  if (effect === null) return unreadable("the four tasks under another's instruction");
  const outcome = opposite(above(effect, LITTLE_SCORE));
  return {
    // Where the interval reaches over the border but not down to 0, the instruction surely does something.
    outcome: outcome === "undecided" && effect.low !== null && effect.low > 0 ? "does not hold" : outcome,
    evidence: `its own instruction less another task's: ${intervalOf(effect)}` +
      (moved === null ? "" : `; pixels move by ${moved.mean.toFixed(1)} of 255 levels`),
  };
};

/** Do the joint model's scores rise in the second half? Relative to the score in the middle, mean over Table 1's columns. */
export const scoresStillRise: Check = (findings) => {
  const curves = curvesOf(findings);
  if (curves === undefined) return missing("fig7");
  const gains = (own: readonly SeedCurve[]) =>
    own.filter(({ row }) => row === JOINT).flatMap((curve) => {
      const last = curve.steps.at(-1) as number;
      const middle = scoreAt(curve, last / 2);
      return middle === undefined ? [] : [((curve.mean.at(-1) as number) - middle) / Math.abs(middle)];
    });
  return overCurves(curves, gains, {
    says: (gain) => `relative gain in the second half ${gain}`,
    what: "scores in the middle of the training",
  });
};

/** Is the joint model where its specialists were at a fifth of the steps, rather than where they end? */
export const behindByItsShare: Check = (findings) => {
  const curves = curvesOf(findings);
  if (curves === undefined) return missing("fig7");
  const nearer = (own: readonly SeedCurve[]) =>
    own.filter(({ row }) => row === SINGLE_TASK).flatMap((single) => {
      const joint = own.find(({ row, task, metric }) =>
        row === JOINT && task === single.task && metric === single.metric
      );
      const early = scoreAt(single, (single.steps.at(-1) as number) / TASKS.length);
      if (joint === undefined || early === undefined) return [];
      const [reached, whole] = [joint.mean.at(-1) as number, single.mean.at(-1) as number];
      return [Math.abs(reached - whole) - Math.abs(reached - early)];
    });
  return overCurves(curves, nearer, {
    says: (share) =>
      `distance to the specialists' last scores less distance to those at a fifth of the steps ${share}`,
    what: "validations at a fifth of the steps",
  });
};
