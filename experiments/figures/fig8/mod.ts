/**
 * Fig. 8: does rewording the instruction change the picture less than another initial noise? And does it change the scores less for a model
 * that was trained on many wordings? The models are Table 1's.
 *
 * train-instruct-seedN, train-fixed-seedN ── reword-ROW-TASK-seedN ── fig8-summary
 */
import type { RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { type Stage, type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import { samplerNote, samplingCost, trainingNote } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import type { RewordingRequest, RewordingSize, VaryWording } from "../../setting/model_requests.ts";
import { table1Code } from "../table1/model_code.ts";
import { budgetOf } from "../model_stages.ts";
import { codeAt, heldOutOf } from "../paper_stage.ts";
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
  codeAt(request, {
    mini: VARY_WORDING,
    paper: stageCode("experiments/paper/vary_wording.ts", "varyWording", {
      from: () => import("../../paper/vary_wording.ts"),
    }),
    reads: { weights: "training", pairs: heldOutOf },
  });

function stages(request: RunRequest): Stage[] {
  const { budget, seeds, tasks, device } = request;
  const sizes = budgetOf(request);
  const { samplerSteps, guidance } = sizes;
  const size: RewordingSize = FIG8.sizes[budget];
  const find = table1Finder(request, table1Code(request));
  const code = varyWordingCode(request);
  const make = stageMaker(FIG8.id, code);
  return seeds.flatMap((seed) =>
    FIG8.rows.flatMap(({ row, variant, otherNoises }) =>
      tasks.map((task) => {
        const noises = otherNoises ? size.noises : 1;
        const config: RewordingRequest = {
          ...size,
          noises,
          task,
          seed,
          samplerSteps,
          guidance,
          device,
        };
        const adapter = find.train(variant, seed);
        return make({
          id: rewordingStageId(row, task, seed),
          title: `Reword ${task} for the ${row} model, seed ${seed}`,
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
  budgetNote(request) {
    const sizes = budgetOf(request);
    const { items, wordings, noises } = FIG8.sizes[request.budget];
    return `${trainingNote(sizes)} per model, ${items} held-out items per task, ` +
      `${wordings} wordings and ${noises} noises of each, ${samplerNote(sizes)}`;
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
