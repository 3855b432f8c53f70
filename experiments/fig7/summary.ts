/** Fig. 7's findings: curves from the validation scores that the trainings have kept. */
import { fold, key } from "../../lib/engine/mod.ts";
import {
  curvesOf,
  judgeCurves,
  REACHED,
  type TrainingCurves,
  type ValidationPoint,
} from "../../lib/report/mod.ts";
import type { Summarize } from "../figure_summary.ts";
import type { TrainReport } from "../table1_stages.ts";

/** Reads the trainings' reports. */
export const summarize: Summarize = async (context, { tasks, seeds }) => {
  const points: ValidationPoint[] = [];
  const read = async (id: string, row: string, seed: number) => {
    const { validation } = JSON.parse(await context.input(id).text("report.json")) as TrainReport;
    points.push(...validation.map((point) => ({ row, seed, ...point })));
  };
  for (const seed of seeds) {
    for (const task of tasks) await read(`train-single-${task}-seed${seed}`, "single-task", seed);
    await read(`train-instruct-seed${seed}`, "instruct", seed);
  }
  const content: TrainingCurves = { curves: curvesOf(points.filter(({ task }) => tasks.includes(task))) };
  if (content.curves.length === 0) {
    throw new RangeError(
      "Drawing fig7 needs validation scores during training, got none: the budget asks for none",
    );
  }
  const items = Math.min(...content.curves.map(({ n }) => n));
  return {
    content,
    caption: `Scores on ${items} held-out items per task during training, mean over seeds and their range; ` +
      `"${
        Math.round(100 * REACHED)
      } % at step": the first measured step with that share of the last score, single-task | joint. ` +
      "Both train for the same number of steps, the joint model on all five tasks.",
    hashes: [...context.inputs.values()].map(({ key }) => key),
    claims: judgeCurves(content.curves, fold(key("fig7"), "curves")),
  };
};
