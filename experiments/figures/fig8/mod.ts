/**
 * Fig. 8: does rewording the instruction change the picture less than another initial noise? And does it change the scores less for a model
 * that was trained on many wordings? The models are Table 1's.
 *
 * train-instruct-seedN, train-fixed-seedN ── reword-MODEL-TASK-seedN ── fig8-summary
 */
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { Device, Experiment, ExperimentProgram, RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import type { Json } from "../../../lib/hub/mod.ts";
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

/** How much is drawn. */
export interface RewordingSize {
  /** Held-out items of each task. */
  readonly items: number;
  /** Held-out wordings per item, all from one noise. */
  readonly wordings: number;
  /** Noises per item, all with one wording. */
  readonly noises: number;
  /** Items shown as pictures. */
  readonly shown: number;
}

/** The experiment, as data. */
export const FIG8 = {
  id: "fig8",
  title: "Fig. 8: rewording the instruction against another noise",
  paper: "Fig. 8, Sec. 4.3",
  tasks: TASKS,
  /** The tasks whose pictures are shown, as in the paper. */
  pictured: ["style", "face"],
  sizes: {
    smoke: { items: 2, wordings: 2, noises: 2, shown: 1 },
    quick: { items: 10, wordings: 6, noises: 6, shown: 1 },
    full: { items: 40, wordings: 10, noises: 10, shown: 2 },
  },
} as const satisfies Experiment & {
  readonly pictured: readonly TaskId[];
  readonly sizes: Readonly<Record<BudgetId, RewordingSize>>;
};

/** One model on one task's items, reworded. */
export interface RewordingRequest extends RewordingSize {
  readonly [name: string]: Json;
  readonly task: TaskId;
  readonly seed: number;
  readonly samplerSteps: number;
  readonly guidance: number;
  readonly device: Device;
}

/** Variance over k pictures, mean over coordinates, unbiased. */
export interface Spread {
  /** Of pixels in [0, 255]. */
  readonly pixel: number;
  /** Of scaled latents. */
  readonly latent: number;
  /** Of the judge's unit vectors. */
  readonly judge: number;
}

/** What one item gives. */
export interface RewordedItem {
  readonly index: number;
  readonly wordings: readonly string[];
  /** Over wordings, from one noise. */
  readonly words: Spread;
  /** Over noises, with one wording; null where only wordings were asked for (noises 1). */
  readonly noise: Spread | null;
  /** The task's score of the condition (CLIP-S for style, CLIP-I otherwise) under each wording. */
  readonly scores: readonly number[];
}

/** Draws, and measures; writes pictures.rgb: of each shown item the condition, then the wordings', then the other noises'. */
export type VaryWording = (
  request: RewordingRequest,
  adapter: StageOutput,
  context: StageContext,
) => Promise<readonly RewordedItem[]>;

/** What Fig. 8 needs besides Table 1's code. */
export interface RewordingCode {
  readonly varyWording: StageCode<VaryWording>;
}

/** Id of a stage. */
export const rewordingStageId = (model: string, task: string, seed: number): string =>
  `reword-${model}-${task}-seed${seed}`;

function stages(request: RunRequest, code: Table1Stages & RewordingCode): Stage[] {
  const { scale, budget, seeds, tasks, device } = request;
  const { samplerSteps, guidance, validationItems, expectedSeconds }: Budget = SCALES[scale].budgets[budget];
  const size: RewordingSize = FIG8.sizes[budget];
  const find = table1Finder(request, code);
  const make = stageMaker(FIG8.id, code.varyWording);
  return seeds.flatMap((seed) =>
    (["instruct", "fixed"] as const).flatMap((model) =>
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
        const adapter = find(`train-${model}-seed${seed}`);
        const pictures = size.items * (size.wordings + noises - 1);
        return make({
          id: rewordingStageId(model, task, seed),
          title: `Reword ${task} for the ${model} model, seed ${seed}`,
          config,
          parents: [adapter],
          expectedSeconds: expectedSeconds.score * pictures / validationItems,
          async run(context) {
            const vary = await code.varyWording.load();
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

/** Fig. 8 with the given model code. */
export function fig8Program(code: Table1Stages & RewordingCode): ExperimentProgram {
  return figureProgram({
    record: FIG8,
    eachTask: true,
    budgetNote({ scale, budget }) {
      const { steps, batch, samplerSteps, guidance }: Budget = SCALES[scale].budgets[budget];
      const { items, wordings, noises } = FIG8.sizes[budget];
      return `${
        steps.toLocaleString("en")
      } steps of batch ${batch} per model, ${items} held-out items per task, ` +
        `${wordings} wordings and ${noises} noises of each, ${samplerSteps} sampler steps, guidance ${guidance}`;
    },
    stages: (request) => stages(request, code),
    summary: {
      module: "experiments/figures/fig8/summary.ts",
      export: "summarize",
      data: [],
      load: async () => (await import("./summary.ts")).summarize,
    },
    expectedSeconds: 3,
    prepare: ({ device }) => code.checkDevice(device),
    isTraining,
  });
}
