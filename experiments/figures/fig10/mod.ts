/**
 * Fig. 10: the adapter together with ControlNets, and with a LoRA on top: the style of one picture in the edges of another, the face of one
 * portrait in another's pose. The joint model is Table 1's.
 *
 * train-instruct-seedN ── combine-TASK-seedN ── fig10-summary
 */
import type { Json } from "../../../lib/hub/mod.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { Device, Experiment, ExperimentProgram, RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import type { ControlnetName } from "../../mini/controlled.ts";
import {
  type Stage,
  type StageCode,
  type StageContext,
  stageMaker,
  type StageOutput,
} from "../../runner/mod.ts";
import { type Budget, type BudgetId, SCALES } from "../../setting/scales.ts";
import { isTraining, table1Finder } from "../table1/mod.ts";
import type { Table1Stages } from "../../setting/model_requests.ts";
import type { UseSize } from "../uses/use_stages.ts";

/** The experiment, as data. */
export const FIG10 = {
  id: "fig10",
  title: "Fig. 10: the adapter together with ControlNets and a LoRA",
  paper: "Fig. 10, Sec. 4.4",
  tasks: ["style", "face"],
  /** Which ControlNet goes with a task. */
  controlnets: { style: "scribble", face: "pose" },
  lora: "comic",
  /** λ, within what Sec. 3.5 advises. */
  adapterScale: 0.8,
  sizes: {
    smoke: { items: 4, galleryItems: 1 },
    quick: { items: 24, galleryItems: 3 },
    full: { items: 150, galleryItems: 4 },
  },
} as const satisfies Experiment & {
  readonly controlnets: Readonly<Record<string, ControlnetName>>;
  readonly lora: string;
  readonly adapterScale: number;
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** One task with its ControlNet, in all combinations. */
export interface CombineRequest extends UseSize {
  readonly [name: string]: Json;
  readonly task: TaskId;
  readonly controlnet: ControlnetName;
  readonly lora: string;
  readonly adapterScale: number;
  readonly seed: number;
  readonly samplerSteps: number;
  readonly guidance: number;
  readonly device: Device;
}

/** Draws and measures all combinations; writes samples.json and, of the shown items, pictures.rgb. */
export type CombineControls = (
  request: CombineRequest,
  adapter: StageOutput,
  context: StageContext,
) => Promise<void>;

/** What Fig. 10 needs besides Table 1's code. */
export interface CombinationCode {
  readonly combineControls: StageCode<CombineControls>;
}

/** Id of a stage. */
export const combineStageId = (task: string, seed: number): string => `combine-${task}-seed${seed}`;

function stages(request: RunRequest, code: Table1Stages & CombinationCode): Stage[] {
  const { scale, budget, seeds, tasks, device } = request;
  const { samplerSteps, guidance, validationItems, expectedSeconds }: Budget = SCALES[scale].budgets[budget];
  const { controlnets, lora, adapterScale, sizes } = FIG10;
  const size: UseSize = sizes[budget];
  // The joint model is the one that Table 1 trains on all five tasks.
  const find = table1Finder({ ...request, tasks: TASKS }, code);
  const make = stageMaker(FIG10.id, code.combineControls);
  return seeds.flatMap((seed) =>
    tasks.map((task) => {
      const controlnet = controlnets[task as keyof typeof controlnets];
      const config: CombineRequest = {
        ...size,
        task,
        controlnet,
        lora,
        adapterScale,
        seed,
        samplerSteps,
        guidance,
        device,
      };
      const adapter = find(`train-instruct-seed${seed}`);
      return make({
        id: combineStageId(task, seed),
        title: `Combine ${task} with the ${controlnet} ControlNet, seed ${seed}`,
        config,
        parents: [adapter],
        expectedSeconds: 10 + 6 * expectedSeconds.score * size.items / validationItems,
        async run(context) {
          await (await code.combineControls.load())(config, context.input(adapter.id), context);
        },
      });
    })
  );
}

/** Fig. 10 with the given model code. */
export function fig10Program(code: Table1Stages & CombinationCode): ExperimentProgram {
  return figureProgram({
    record: FIG10,
    eachTask: true,
    budgetNote({ scale, budget }) {
      const { steps, batch, samplerSteps, guidance }: Budget = SCALES[scale].budgets[budget];
      return `${steps.toLocaleString("en")} steps of batch ${batch} for the joint model, ${
        FIG10.sizes[budget].items
      } held-out items per task, ` +
        `adapter scale ${FIG10.adapterScale}, ${samplerSteps} sampler steps, guidance ${guidance}`;
    },
    stages: (request) => stages(request, code),
    summary: {
      module: "experiments/figures/fig10/summary.ts",
      export: "summarize",
      data: [],
      load: async () => (await import("./summary.ts")).summarize,
    },
    expectedSeconds: 3,
    prepare: ({ device }) => code.checkDevice(device),
    isTraining,
  });
}
