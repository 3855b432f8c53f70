/** Fig. 7's findings: curves from the validation scores that the trainings have kept, with those of their start before them. */
import { CURVE_ROWS, curvesOf, REACHED, type TrainingCurves } from "./curves.ts";
import { judgeAll, type Table1Row, type ValidationPoint } from "../../../lib/report/mod.ts";
import type { Summarize } from "../figure_summary.ts";
import type { TrainReport } from "../../setting/model_requests.ts";
import { startStageId } from "./record.ts";
import { CURVE_STATEMENTS } from "./statements.ts";
import type { TaskId } from "../../../lib/tasks/registry.ts";
import { trainId, variantName } from "../model_stages.ts";
import { JOINT, SINGLE_TASK } from "../table1/rows.ts";

/** Reads the start's scores and the trainings' reports. */
export const summarize: Summarize = async (context, { tasks, seeds }) => {
  const points: ValidationPoint[] = [];
  const read = async (id: string, row: Table1Row, seed: number) => {
    const { validation } = JSON.parse(await context.input(id).text("report.json")) as TrainReport;
    points.push(...validation.map((point) => ({ row, seed, ...point })));
  };
  for (const seed of seeds) {
    for (const task of tasks) {
      const start: TrainReport["validation"] = JSON.parse(
        await context.input(startStageId(task, seed)).text("validation.json"),
      );
      points.push(...CURVE_ROWS.flatMap((row) => start.map((point) => ({ row, seed, ...point }))));
    }
    for (const task of tasks) {
      await read(trainId(variantName({ kind: "single", task: task as TaskId }), seed), SINGLE_TASK, seed);
    }
    await read(trainId(variantName({ kind: "instruct" }), seed), JOINT, seed);
  }
  const content: TrainingCurves = { curves: curvesOf(points.filter(({ task }) => tasks.includes(task))) };
  if (content.curves.every(({ steps }) => steps.length < 2)) {
    throw new RangeError(
      "Rendering fig7 needs validation scores during training, got none: the budget asks for none",
    );
  }
  const items = Math.min(...content.curves.map(({ n }) => n));
  const atStart = content.curves.filter(({ reached }) => reached === 0).length;
  return {
    content,
    caption: `Scores on ${items} held-out items per task during training, mean over seeds and their range; ` +
      `"${
        Math.round(100 * REACHED)
      } % at step": the first measured step with that share of the last score, single-task | joint. ` +
      `${atStart} of ${content.curves.length} curves are there at step 0, the IPAdapter+ that all trainings start from. ` +
      "Both train for the same number of steps, the joint model on all five tasks.",
    hashes: [...context.inputs.values()].map(({ key }) => key),
    claims: judgeAll(CURVE_STATEMENTS, content.curves),
  };
};
