/**
 * Fig. 10: the adapter together with ControlNets, and with a LoRA on top: the style of one picture in the edges of another, the face of one
 * portrait in another's pose. Sec. 4.4 is about the paper's main model: here the committed joint adapter.
 *
 * committed-adapter ── combine-TASK-seedN ── fig10-summary
 */
import { controlnetPart } from "../../../lib/tasks/controlnets/mod.ts";
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import { type Stage, type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import { type Budget, mainModel, samplingNote, SCALES } from "../../setting/scales.ts";
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
    data: checkpointFiles(
      ...ADAPTER_PARTS,
      ...Object.values(FIG10.controlnets).map(controlnetPart),
      `lora-${FIG10.lora}`,
    ),
  },
);

function stages(request: RunRequest): Stage[] {
  const { scale, budget, seeds, tasks, device } = request;
  const { samplerSteps, guidance, validationItems, expectedSeconds }: Budget = SCALES[scale].budgets[budget];
  const { controlnets, lora, combinations, adapterScale, sizes } = FIG10;
  const size: UseSize = sizes[budget];
  // A joint model is trained on all five tasks, whatever is asked for.
  const find = table1Finder({ ...request, tasks: TASKS }, TABLE1_CODE);
  const adapterOf = (seed: number) =>
    mainModel(scale) === "committed" ? find.committed() : find.train({ kind: "instruct" }, seed);
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
      const adapter = adapterOf(seed);
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
    const merged: Budget = { ...SCALES[scale].budgets[budget], validationItems: FIG10.sizes[budget].items };
    return `the committed joint adapter at scale ${FIG10.adapterScale}, ${samplingNote(merged)}`;
  },
  stages,
  summary: stageCode("experiments/figures/fig10/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 3,
  prepare: ({ device }) => TABLE1_CODE.checkDevice(device),
  render: combinationGraphics,
});
