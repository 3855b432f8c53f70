/**
 * Fig. 10: the adapter together with ControlNets, and with a LoRA on top: the style of one picture in the edges of another, the face of one
 * portrait in another's pose. The joint model is Table 1's.
 *
 * train-instruct-seedN ── combine-TASK-seedN ── fig10-summary
 */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import { type Stage, type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import { type Budget, SCALES } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import type { CombineControls, CombineRequest, UseSize } from "../../setting/model_requests.ts";
import { combinationGraphics } from "./bars.ts";
import { COMBINATION_STATEMENTS } from "./statements.ts";
import type { Figure } from "../figure.ts";
import { TABLE1_CODE } from "../table1/model_code.ts";
import { combineStageId, FIG10 } from "./record.ts";

const COMBINE_CONTROLS: StageCode<CombineControls> = stageCode(
  "experiments/mini/combine_controls.ts",
  "combineControls",
  {
    from: () => import("../../mini/combine_controls.ts"),
    data: checkpointFiles(...ADAPTER_PARTS, "controlnet-scribble", "controlnet-pose", `lora-${FIG10.lora}`),
  },
);

function stages(request: RunRequest): Stage[] {
  const { scale, budget, seeds, tasks, device } = request;
  const { samplerSteps, guidance, validationItems, expectedSeconds }: Budget = SCALES[scale].budgets[budget];
  const { controlnets, lora, combinations, adapterScale, sizes } = FIG10;
  const size: UseSize = sizes[budget];
  // The joint model is the one that Table 1 trains on all five tasks.
  const find = table1Finder({ ...request, tasks: TASKS }, TABLE1_CODE);
  const make = stageMaker(FIG10.id, COMBINE_CONTROLS);
  return seeds.flatMap((seed) =>
    tasks.map((task) => {
      const controlnet = controlnets[task as keyof typeof controlnets];
      const config: CombineRequest = {
        ...size,
        task,
        controlnet,
        lora,
        combinations,
        adapterScale,
        seed,
        samplerSteps,
        guidance,
        device,
      };
      const adapter = find.train({ kind: "instruct" }, seed);
      return make({
        id: combineStageId(task, seed),
        title: `Combine ${task} with the ${controlnet} ControlNet, seed ${seed}`,
        config,
        parents: [adapter],
        expectedSeconds: 10 + 6 * expectedSeconds.score * size.items / validationItems,
        async run(context) {
          await (await COMBINE_CONTROLS.load())(config, context.input(adapter.id), context);
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
  budgetNote({ scale, budget }) {
    const { steps, batch, samplerSteps, guidance }: Budget = SCALES[scale].budgets[budget];
    return `${steps.toLocaleString("en")} steps of batch ${batch} for the joint model, ${
      FIG10.sizes[budget].items
    } held-out items per task, ` +
      `adapter scale ${FIG10.adapterScale}, ${samplerSteps} sampler steps, guidance ${guidance}`;
  },
  stages,
  summary: stageCode("experiments/figures/fig10/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 3,
  prepare: ({ device }) => TABLE1_CODE.checkDevice(device),
  render: combinationGraphics,
});
