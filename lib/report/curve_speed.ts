/** What Fig. 7 is drawn from: validation scores during training, and how soon they are near their last value. */
import { TABLE1_COLUMNS } from "./paper_table1.ts";
import type { ValidationPoint } from "./table1_result.ts";

/** Models that are compared. */
export const CURVE_ROWS = ["single-task", "instruct"] as const;

/** The share of the last score that counts as reached. */
export const REACHED = 0.95;

/** One score of one model on one task, over the steps; mean and range over seeds. */
export interface Curve {
  /** "single-task" or "instruct". */
  readonly row: string;
  /** The task. */
  readonly task: string;
  /** The score. */
  readonly metric: string;
  /** Training steps, rising. */
  readonly steps: readonly number[];
  /** Mean over seeds. */
  readonly mean: readonly number[];
  /** Lowest seed. */
  readonly low: readonly number[];
  /** Highest seed. */
  readonly high: readonly number[];
  /** Items behind each point and seed. */
  readonly n: number;
  /** First measured step with at least {@link REACHED} of the last score; null where that is not positive. */
  readonly reached: number | null;
}

/** The content of fig7's result. */
export interface TrainingCurves {
  /** All, in Table 1's order. */
  readonly curves: readonly Curve[];
}

/** Curves of the two models on Table 1's scores, from validation.jsonl. Steps that not every seed has are left out. */
export function curvesOf(points: readonly ValidationPoint[]): Curve[] {
  return TABLE1_COLUMNS.flatMap(({ task, metric }) =>
    CURVE_ROWS.flatMap((row): Curve[] => {
      const own = points.filter((each) => each.row === row && each.task === task && each.metric === metric);
      const seeds = new Set(own.map(({ seed }) => seed)).size;
      const steps = [...new Set(own.map(({ step }) => step))].sort((a, b) => a - b)
        .filter((step) => own.filter((each) => each.step === step).length === seeds);
      if (steps.length === 0) return [];
      const values = steps.map((step) => own.filter((each) => each.step === step).map(({ mean }) => mean));
      const mean = values.map((each) => each.reduce((a, b) => a + b, 0) / each.length);
      const last = mean.at(-1) as number;
      const first = mean.findIndex((value) => value >= REACHED * last);
      return [{
        row,
        task,
        metric,
        steps,
        mean,
        low: values.map((each) => Math.min(...each)),
        high: values.map((each) => Math.max(...each)),
        n: own[0]?.n as number,
        reached: last > 0 ? steps[first] as number : null,
      }];
    })
  );
}
