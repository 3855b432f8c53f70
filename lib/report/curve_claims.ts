/** The paper's statements about Fig. 7 (Sec. 4.2) as predicates over {@link Curve}s. */
import { type Key } from "../engine/random.ts";
import { type Curve } from "./curve_speed.ts";
import { meanInterval } from "./mean_interval.ts";
import type { ClaimVerdict } from "./judge.ts";
import { judgeStatements, type Statement } from "./statement.ts";
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
      "step of 95 % of the last score, joint less single-task, as a share of the training; mean over scores",
    region: { high: LATER },
  },
];

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Judges the claims on Fig. 7; the curves of all tasks and scores are what is resampled. */
export function judgeCurves(curves: readonly Curve[], key: Key): ClaimVerdict[] {
  const pairs = curves.filter(({ row }) => row === "single-task").flatMap((single) => {
    const joint = curves.find(({ row, task, metric }) =>
      row === "instruct" && task === single.task && metric === single.metric
    );
    return joint === undefined || joint.steps.length !== single.steps.length ? [] : [{ single, joint }];
  });
  const apart = pairs.filter(({ single }) => SHOWN.includes(single.task)).map(({ single, joint }) =>
    mean(single.mean.map((value, i) => ((joint.mean[i] as number) - value) / Math.abs(value)))
  ).filter(Number.isFinite);
  const later = pairs.flatMap(({ single, joint }) =>
    single.reached === null || joint.reached === null
      ? []
      : [(joint.reached - single.reached) / (single.steps.at(-1) as number)]
  );
  const found = (values: readonly number[]) =>
    values.length === 0 ? undefined : {
      ...meanInterval(values, key),
      evidence: `95 % interval over ${values.length} curves`,
    };
  return judgeStatements(CURVE_STATEMENTS, {
    "joint-rises-as-fast": found(apart),
    "joint-arrives-as-early": found(later),
  });
}
