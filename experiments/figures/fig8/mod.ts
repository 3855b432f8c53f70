/**
 * Fig. 8: does rewording the instruction change the picture less than another initial noise? And does it change the scores less for a model
 * that was trained on many wordings? The models are Table 1's.
 *
 * train-instruct-seedN, train-fixed-seedN ── reword-MODEL-TASK-seedN ── fig8-summary
 */
import type { RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { type Stage, type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import { type Budget, samplingCost, SCALES } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import type { RewordingRequest, RewordingSize, VaryWording } from "../../setting/model_requests.ts";
import { table1Code } from "../table1/model_code.ts";
import { heldOutOf, paperStages } from "../paper_stage.ts";
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import type { Figure } from "../figure.ts";
import { REWORDING_STATEMENTS } from "./statements.ts";
import { rewordingGraphics } from "./bars.ts";
import { FIG8, rewordingStageId } from "./record.ts";

const VARY_WORDING: StageCode<VaryWording> = stageCode("experiments/mini/vary_wording.ts", "varyWording", {
  from: () => import("../../mini/vary_wording.ts"),
  data: checkpointFiles(...ADAPTER_PARTS),
});

/** @throws UserError when the folder of the weights is not there. */
const varyWordingCode = (request: RunRequest): StageCode<VaryWording> =>
  request.scale === "mini" ? VARY_WORDING : paperStages(request).stage(
    stageCode("experiments/paper/vary_wording.ts", "varyWording", {
      from: () => import("../../paper/vary_wording.ts"),
    }),
    { weights: "training", pairs: heldOutOf },
  );

function stages(request: RunRequest): Stage[] {
  const { scale, budget, seeds, tasks, device } = request;
  const sizes: Budget = SCALES[scale].budgets[budget];
  const { samplerSteps, guidance } = sizes;
  const size: RewordingSize = FIG8.sizes[budget];
  const find = table1Finder(request, table1Code(request));
  const code = varyWordingCode(request);
  const make = stageMaker(FIG8.id, code);
  return seeds.flatMap((seed) =>
    FIG8.rows.flatMap((model) =>
      tasks.map((task) => {
        // The fixed-prompt model is asked for its scores under other wordings only.
        const noises = model === "fixed" ? 1 : size.noises;
        const config: RewordingRequest = {
          ...size,
          noises,
          task,
          seed,
          samplerSteps,
          guidance,
          device,
        };
        const adapter = find.train({ kind: model }, seed);
        return make({
          id: rewordingStageId(model, task, seed),
          title: `Reword ${task} for the ${model} model, seed ${seed}`,
          config,
          parents: [adapter],
          ...samplingCost(sizes, size.items * (size.wordings + noises - 1)),
          async run(context) {
            const vary = await code.load();
            context.write(
              "items.json",
              JSON.stringify(await vary(config, context.input(adapter.id), context)),
            );
          },
        });
      })
    )
  );
}

/** Fig. 8. */
export const figure: Figure = figureProgram({
  record: FIG8,
  statements: REWORDING_STATEMENTS,
  content: { module: "experiments/figures/fig8/statements.ts", type: "RewordingContent" },
  eachTask: true,
  budgetNote({ scale, budget }) {
    const { steps, batch, samplerSteps, guidance }: Budget = SCALES[scale].budgets[budget];
    const { items, wordings, noises } = FIG8.sizes[budget];
    return `${
      steps.toLocaleString("en")
    } steps of batch ${batch} per model, ${items} held-out items per task, ` +
      `${wordings} wordings and ${noises} noises of each, ${samplerSteps} sampler steps, guidance ${guidance}`;
  },
  stages,
  summary: stageCode("experiments/figures/fig8/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 3,
  prepare: (request) => table1Code(request).checkDevice(request.device),
  paperScale: "trained",
  render: rewordingGraphics,
});
