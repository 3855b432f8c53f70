/** The paper's statements about Fig. 7 (Sec. 4.2) as predicates over {@link Curve}s. */
import { JOINT, SINGLE_TASK } from "../table1/rows.ts";
import { FIG7 } from "./record.ts";
import { type Curve, curvesBySeed, gainReached, type SeedCurve } from "./curves.ts";
import {
  average,
  type Measured,
  measured,
  ON_PAR_MARGIN,
  type Statement,
  studentInterval,
} from "../../../lib/report/mod.ts";

/** Later by this share of the training is still "just as fast". */
const LATER = 0.1;

/** Single-task and joint curves of one seed on the same score and steps. */
function pairsOf(curves: readonly SeedCurve[]): { single: SeedCurve; joint: SeedCurve }[] {
  return curves.filter(({ row }) => row === SINGLE_TASK).flatMap((single) => {
    const joint = curves.find(({ row, task, metric }) =>
      row === JOINT && task === single.task && metric === single.metric
    );
    return joint === undefined || joint.steps.length !== single.steps.length ? [] : [{ single, joint }];
  });
}

/** One number per pair of curves, for each seed. */
type BySeed = readonly (readonly number[])[];

/** Mean over the curves of a seed, then Student's interval over seeds. */
function overSeeds(values: BySeed, says: (count: number) => string): Measured {
  const kept = values.filter(({ length }) => length > 0);
  if (kept.length === 0) return measured(undefined, "");
  const seeds = kept.length === 1 ? "1 seed" : `Student's 95 % interval over ${kept.length} seeds`;
  return measured(studentInterval(kept.map(average)), `${says(kept.flat().length)}; ${seeds}`);
}

/**
 * What the paper says about the speed of training. Curves of one seed share pictures and the joint training, so they are averaged, and the interval
 * is Student's over seeds; a single seed decides nothing.
 */
export const CURVE_STATEMENTS: readonly Statement<readonly Curve[]>[] = [
  {
    id: "joint-rises-as-fast",
    section: "Fig. 7, 4.2",
    statement:
      "On style and face the joint model's validation scores rise on par with the single-task models', step by step.",
    quantity: "relative difference of the scores at equal steps, joint against single-task, mean over steps",
    region: { low: -ON_PAR_MARGIN },
    measure(curves) {
      const apart = curvesBySeed(curves).map(pairsOf).map((pairs) =>
        pairs.filter(({ single }) => FIG7.shown.some((task) => task === single.task)).map((
          { single, joint },
        ) =>
          // At step 0 both are the same model.
          average(single.mean.flatMap((value, i) =>
            single.steps[i] === 0 ? [] : [((joint.mean[i] as number) - value) / Math.abs(value)]
          ))
        ).filter(Number.isFinite)
      );
      return overSeeds(apart, (count) => `${count} pairs of curves`);
    },
  },
  {
    id: "joint-arrives-as-early",
    section: "4.2",
    statement: "The joint model needs no more steps than the single-task models, for all tasks at once.",
    quantity:
      "step of 95 % of the gain, joint less single-task, as a share of the training; mean over scores that both raise",
    region: { high: LATER },
    measure(curves) {
      const seeds = curvesBySeed(curves).map(pairsOf);
      const later = seeds.map((pairs) =>
        pairs.flatMap(({ single, joint }) => {
          const [alone, together] = [gainReached(single), gainReached(joint)];
          return alone === null || together === null
            ? []
            : [(together - alone) / (single.steps.at(-1) as number)];
        })
      );
      const pairs = seeds.flat().length;
      return later.flat().length === 0 && pairs > 0
        ? { quantities: [], evidence: "on no score do both models end above their start" }
        : overSeeds(later, (count) => `${count} of ${pairs} pairs of curves end above their start`);
    },
  },
];
