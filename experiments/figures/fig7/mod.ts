/**
 * Fig. 7: validation scores against training step. The trainings are Table 1's; where the budget asks for more scores on the way they are
 * trained again, to the same weights. Step 0 is their common start, validated by stages of its own.
 *
 * encode-TASK ── train-single-TASK-seedN, train-instruct-seedN ─┬─ fig7-summary
 *                                             start-TASK-seedN ─┘
 */
import type { RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { type Stage, type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import { type Budget, budgetNote, samplingCost, SCALES } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import type { ScoreRequest, ScoreStart } from "../../setting/model_requests.ts";
import { trainingCurves } from "./graphics.ts";
import type { Figure } from "../figure.ts";
import { table1Code } from "../table1/model_code.ts";
import { budgetOf } from "../model_stages.ts";
import { FIG7, startStageId } from "./record.ts";
import { CURVE_STATEMENTS } from "./statements.ts";

/** What the budget of a request is here. */
const changesOf = ({ scale, budget }: Pick<RunRequest, "scale" | "budget">): Partial<Budget> =>
  FIG7.changes[scale][budget];

/** The stages of step 0, one per task and seed. */
function startStages(
  { scale, seeds, tasks, device }: RunRequest,
  scoreStart: StageCode<ScoreStart>,
  sizes: Budget,
): Stage[] {
  const { validateItems, samplerSteps, guidance } = sizes;
  const make = stageMaker(FIG7.id, scoreStart);
  return seeds.flatMap((seed) =>
    tasks.map((task) => {
      const config: ScoreRequest = {
        scale,
        row: "validation",
        model: "start",
        task,
        // Of both the single-task models and the joint one.
        instructions: "random",
        seed,
        items: validateItems,
        samplerSteps,
        guidance,
        galleryItems: 0,
        device,
      };
      return make({
        id: startStageId(task, seed),
        title: `Validate the start on ${task}, seed ${seed}`,
        config,
        parents: [],
        ...samplingCost(sizes, validateItems),
        async run(context) {
          const score = await scoreStart.load();
          context.write("validation.json", JSON.stringify(await score(config, context)));
        },
      });
    })
  );
}

/** Fig. 7, over Table 1's trainings. */
export const figure: Figure = figureProgram({
  record: FIG7,
  statements: CURVE_STATEMENTS,
  content: { module: "experiments/figures/fig7/curves.ts", type: "TrainingCurves" },
  eachTask: true,
  budgetNote({ scale, budget }) {
    const merged: Budget = { ...SCALES[scale].budgets[budget], ...changesOf({ scale, budget }) };
    return `${budgetNote(merged)}, ${merged.validateItems} of them every ${merged.validateEvery} steps`;
  },
  stages(request) {
    const code = table1Code(request);
    const find = table1Finder(request, code, changesOf(request));
    const trainings = request.seeds.flatMap((seed) => [
      ...request.tasks.map((task) => find.train({ kind: "single", task }, seed)),
      find.train({ kind: "instruct" }, seed),
    ]);
    const merged: Budget = { ...budgetOf(request), ...changesOf(request) };
    return [...startStages(request, code.scoreStart, merged), ...trainings];
  },
  summary: stageCode("experiments/figures/fig7/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 1,
  prepare: (request) => table1Code(request).checkDevice(request.device),
  paperScale: "trained",
  render: trainingCurves,
});
