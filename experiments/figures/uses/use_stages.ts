/**
 * What the figures ask of models that Table 1 has trained: an adapter, at a scale of its residual, on one task's held-out items.
 *
 * encode-TASK, train-…-seedN ── use-ROW-TASK-seedN
 */
import type { TaskId } from "../../../lib/tasks/mod.ts";
import type { ExperimentRow, RowModel, RunRequest } from "../../setting/experiment.ts";
import { GALLERY, writeGallery } from "../../setting/gallery.ts";
import {
  formFields,
  type InstructForm,
  type InstructionOverride,
  overrideFields,
} from "../../setting/instruct_form.ts";
import { type Stage, type StageCode, stageMaker } from "../../runner/mod.ts";
import { type Budget, SCALES } from "../../setting/scales.ts";
import type { MeasureUse, UseRequest, UseSize } from "../../setting/model_requests.ts";
import type { Table1Found } from "../table1/stages.ts";

/** A row of a figure: which model at which scale. */
export interface UseCase extends ExperimentRow {
  /** λ of the image attention; 0 is the base model with the prompt alone. */
  readonly adapterScale: number;
  /** The uses it is meant for; all where absent. */
  readonly tasks?: readonly TaskId[];
  /** Wordings given whatever the task; the task's own where absent. */
  readonly instructionOverride?: InstructionOverride;
}

/** Id of the stage of a case. */
export const useStageId = (row: string, task: string, seed: number): string =>
  `use-${row.replaceAll(".", "-")}-${task}-seed${seed}`;

/**
 * One stage per case, task and seed; the targets need one seed only.
 *
 * @param options.find Table 1's stages, or other trainings in their place.
 * @param options.form how the instruction reaches those trainings; as in Table 1 if absent.
 */
export function useStages(
  experiment: string,
  request: RunRequest,
  options: {
    readonly cases: readonly UseCase[];
    readonly size: UseSize;
    readonly code: StageCode<MeasureUse>;
    readonly find: Pick<Table1Found, "encode" | "train">;
    readonly form?: InstructForm | undefined;
  },
): Stage[] {
  const { scale, budget, seeds, tasks, device } = request;
  const { cases, size, code, find, form } = options;
  const { samplerSteps, guidance, validationItems, expectedSeconds }: Budget = SCALES[scale].budgets[budget];
  const make = stageMaker(experiment, code, { with: [GALLERY] });
  const adapterOf = (model: RowModel, task: TaskId, seed: number) =>
    model === "single"
      ? find.train({ kind: "single", task }, seed)
      : model === "joint"
      ? find.train({ kind: "instruct" }, seed)
      : undefined;
  return seeds.flatMap((seed) =>
    cases.filter(({ model }) => model !== "target" || seed === seeds[0]).flatMap((each) =>
      tasks.filter((task) => each.tasks?.includes(task) ?? true).map((task) => {
        const { row, model, instructions, adapterScale, instructionOverride } = each;
        const config: UseRequest = {
          scale,
          row,
          model,
          task,
          instructions,
          seed,
          ...size,
          samplerSteps,
          guidance,
          adapterScale,
          device,
          ...overrideFields(instructionOverride),
          ...formFields(form),
        };
        const dataset = find.encode(task);
        const adapter = adapterOf(model, task, seed);
        return make({
          id: useStageId(row, task, seed),
          title: `Generate and measure ${task} with ${row}, seed ${seed}`,
          config,
          parents: adapter ? [dataset, adapter] : [dataset],
          expectedSeconds: expectedSeconds.score * size.items / validationItems,
          async run(context) {
            const measure = await code.load();
            const inputs = {
              dataset: context.input(dataset.id),
              adapter: adapter && context.input(adapter.id),
            };
            const { samples, gallery } = await measure(config, inputs, context);
            context.write(
              "samples.json",
              JSON.stringify(samples.map((sample) => ({ row, task, seed, ...sample }))),
            );
            writeGallery(gallery, context);
          },
        });
      })
    )
  );
}
