/**
 * Fig. 10: the adapter together with ControlNets, and with a LoRA on top: the style of one picture in the edges of another, the face of one
 * portrait in another's pose. Sec. 4.4 is about the paper's main model: the committed joint adapter, or Table 1's joint model at a scale without one.
 *
 * committed-adapter or train-instruct-seedN ── combine-TASK-seedN ── fig10-summary
 */
import { controlnetPart } from "../../../lib/tasks/controlnets/mod.ts";
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import { TRAINING_ROLES } from "../../paper/paper_inputs.ts";
import { type Stage, type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import { samplingCost, samplingNote, trainingNote } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import type { CombineControls, CombineRequest } from "../../setting/model_requests.ts";
import { combinationGraphics } from "./bars.ts";
import { COMBINATION_STATEMENTS } from "./statements.ts";
import type { Figure } from "../figure.ts";
import { budgetOf } from "../model_stages.ts";
import { codeAt } from "../paper_stage.ts";
import { table1Code } from "../table1/model_code.ts";
import { adapterOf, modelAt } from "../uses/use_stages.ts";
import { mainModelOf } from "../uses/use_evidence.ts";
import { combinationsAt, combineStageId, controlnetFor, FIG10, loraAt } from "./record.ts";

const COMBINE_CONTROLS: StageCode<CombineControls> = stageCode(
  "experiments/mini/combine_controls.ts",
  "combineControls",
  {
    from: () => import("../../mini/combine_controls.ts"),
    data: checkpointFiles(
      ...ADAPTER_PARTS,
      ...Object.values(FIG10.controlnets).map(controlnetPart),
      `lora-${FIG10.loras.mini}`,
    ),
  },
);

/** @throws UserError when the folder of the weights is not there. */
const combineControlsCode = (request: RunRequest): StageCode<CombineControls> =>
  codeAt(request, {
    mini: COMBINE_CONTROLS,
    paper: stageCode("experiments/paper/combine_controls.ts", "combineControls", {
      from: () => import("../../paper/combine_controls.ts"),
    }),
    reads: {
      weights: "training",
      also: (config) => [(config as CombineRequest).controlnet],
      pairs(config) {
        const { task, items, controlnet: control } = config as CombineRequest;
        return [{ task, trainItems: 0, validationItems: items, control }];
      },
    },
  });

function stages(request: RunRequest): Stage[] {
  const { scale, budget, seeds, tasks, device } = request;
  const sizes = budgetOf(request);
  const size = FIG10.sizes[budget], lora = loraAt(scale), combinations = combinationsAt(scale);
  // A joint model is trained on all five tasks, whatever is asked for.
  const find = table1Finder({ ...request, tasks: TASKS }, table1Code(request));
  const code = combineControlsCode(request);
  const make = stageMaker(FIG10.id, code);
  return seeds.flatMap((seed) =>
    tasks.map((task) => {
      const controlnet = controlnetFor(task);
      const config: CombineRequest = {
        ...size,
        task,
        controlnet,
        lora,
        // What they are called is no part of the stage's key.
        combinations: combinations.map(({ label: _, ...combination }) => combination),
        adapterScale: FIG10.adapterScale,
        seed,
        samplerSteps: sizes.samplerSteps,
        guidance: sizes.guidance,
        device,
      };
      const main = { row: combineStageId(task, seed), model: modelAt(scale, "committed") };
      const adapter = adapterOf(main, task, { find, seed }) as Stage;
      return make({
        id: combineStageId(task, seed),
        title: `Combine ${task} with the ${controlnet} ControlNet, seed ${seed}`,
        config,
        parents: [adapter],
        ...samplingCost(sizes, combinations.length * size.items),
        async run(context) {
          await (await code.load())(config, context.input(adapter.id), context);
        },
      });
    })
  );
}

/** Fig. 10. */
export const figure: Figure = figureProgram({
  record: FIG10,
  statements: COMBINATION_STATEMENTS,
  content: { module: "experiments/figures/fig10/statements.ts", type: "CombinationContent" },
  eachTask: true,
  budgetNote(request) {
    const sizes = budgetOf(request);
    const { name, trainedLonger } = mainModelOf(request.scale);
    const trained = trainedLonger ? "" : ` of ${trainingNote(sizes)}`;
    return `${name}${trained} at scale ${FIG10.adapterScale}, ${
      samplingNote(sizes, FIG10.sizes[request.budget].items)
    }`;
  },
  stages,
  summary: stageCode("experiments/figures/fig10/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 3,
  prepare: (request) => table1Code(request).checkDevice(request.device),
  paperScale: "trained",
  paperReads: ({ tasks }) => ({
    roles: [...TRAINING_ROLES, ...tasks.map(controlnetFor)],
    controls: Object.fromEntries(tasks.map((task) => [task, controlnetFor(task)])),
  }),
  render: combinationGraphics,
});
