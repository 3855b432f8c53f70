/** What Fig. 7 is rendered from: validation scores during training, and how soon they are near their last value. */
import {
  type Count,
  type NonEmptyText,
  type PositiveCount,
  type Seed,
  TABLE1_COLUMNS,
  type ValidationPoint,
} from "../../../lib/report/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import { JOINT, SINGLE_TASK } from "../table1/rows.ts";

/** Models that are compared. */
export const CURVE_ROWS = [SINGLE_TASK, JOINT] as const;

/** The share of the last score that counts as reached. */
export const REACHED = 0.95;

/** The scores of one training. */
export interface SeedScores {
  /** Training seed. */
  readonly seed: Seed;
  /** Mean over items, by step. */
  readonly scores: readonly number[];
}

/** One score of one model on one task, over the steps; mean and range over seeds. */
export interface Curve {
  /** The model. */
  readonly row: (typeof CURVE_ROWS)[number];
  /** The task. */
  readonly task: TaskId;
  /** The score. */
  readonly metric: NonEmptyText;
  /** Training steps, rising; 0 is the start that all trainings share. */
  readonly steps: readonly Count[];
  /** Mean over seeds. */
  readonly mean: readonly number[];
  /** Lowest seed. */
  readonly low: readonly number[];
  /** Highest seed. */
  readonly high: readonly number[];
  /** What mean and range are of. */
  readonly seeds: readonly SeedScores[];
  /** Items behind each point and seed. */
  readonly n: PositiveCount;
  /** First measured step with at least {@link REACHED} of the mean's last score, 0 if the start has it; null where that is not positive. */
  readonly reached: Count | null;
}

/** The content of fig7's result. */
export interface TrainingCurves {
  /** All, in Table 1's order. */
  readonly curves: readonly Curve[];
}

/** A curve of one training. */
export type SeedCurve = Pick<Curve, "row" | "task" | "metric" | "steps" | "mean">;

/** The curves of each seed by themselves. */
export function curvesBySeed(curves: readonly Curve[]): SeedCurve[][] {
  const seeds = new Set(curves.flatMap((curve) => curve.seeds.map(({ seed }) => seed)));
  return [...seeds].map((seed) =>
    curves.flatMap(({ row, task, metric, steps, seeds }) =>
      seeds.filter((own) => own.seed === seed).map(({ scores }) => ({
        row,
        task,
        metric,
        steps,
        mean: scores,
      }))
    )
  );
}

/**
 * First measured step with at least {@link REACHED} of the gain from the start to the last score; null where the last score is not above the
 * start, or the start was not measured.
 *
 * Claims about speed are judged by this one, not by {@link Curve.reached}: the start is IPAdapter+, whose scores are often within 5 % of the
 * last ones, and then the share of the last score is there before anything was trained.
 */
export function gainReached({ steps, mean }: Pick<Curve, "steps" | "mean">): number | null {
  const [start, last] = [mean[0] as number, mean.at(-1) as number];
  if (steps[0] !== 0 || !(last > start)) return null;
  return steps[mean.findIndex((value) => value >= start + REACHED * (last - start))] as number;
}

/** Curves of the two models on Table 1's scores, from validation.jsonl. Steps that not every seed has are left out. */
export function curvesOf(points: readonly ValidationPoint[]): Curve[] {
  return TABLE1_COLUMNS.flatMap(({ task, metric }) =>
    CURVE_ROWS.flatMap((row): Curve[] => {
      const own = points.filter((each) => each.row === row && each.task === task && each.metric === metric);
      const seeds = [...new Set(own.map(({ seed }) => seed))];
      const steps = [...new Set(own.map(({ step }) => step))].sort((a, b) => a - b)
        .filter((step) => own.filter((each) => each.step === step).length === seeds.length);
      if (steps.length === 0) return [];
      const values = steps.map((step) => own.filter((each) => each.step === step).map(({ mean }) => mean));
      const scoreOf = (seed: number, step: number) =>
        own.find((each) => each.seed === seed && each.step === step)?.mean as number;
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
        seeds: seeds.map((seed) => ({ seed, scores: steps.map((step) => scoreOf(seed, step)) })),
        n: own[0]?.n as number,
        reached: last > 0 ? steps[first] as number : null,
      }];
    })
  );
}
