/**
 * What the figures ask of models that Table 1 has trained, and of the committed joint adapter: an adapter, at a scale of its residual, on one
 * task's held-out items.
 *
 * encode-TASK, train-…-seedN or committed-adapter ── use-ROW-TASK-seedN
 */
import type { TaskId } from "../../../lib/tasks/mod.ts";
import type { ExperimentRow, RowModel, RunRequest } from "../../setting/experiment.ts";
import { WRITE_SCORED, writeScored } from "../../setting/gallery.ts";
import {
  formFields,
  type InstructForm,
  type InstructionOverride,
  overrideFields,
} from "../../setting/instruct_form.ts";
import { type Stage, type StageCode, stageMaker } from "../../runner/mod.ts";
import { type Budget, mainModel, samplingCost, type ScaleId, SCALES } from "../../setting/scales.ts";
import type { MeasureUse, UseRequest, UseSize } from "../../setting/model_requests.ts";
import type { Table1Found } from "../table1/stages.ts";

/** A row of a figure: which model at which scale. */
export interface UseCase extends ExperimentRow {
  /** λ of the image attention; 0 is the base model with the prompt alone. */
  readonly adapterScale: number;
  /** The tasks it is meant for; all where absent. */
  readonly tasks?: readonly TaskId[];
  /** Wordings given whatever the task; the task's own where absent. */
  readonly instructionOverride?: InstructionOverride;
}

/** What cases are stages of: Table 1's, or other trainings in their place. */
export type FoundModels = Pick<Table1Found, "encode" | "train"> & Partial<Pick<Table1Found, "committed">>;

/** A row's model at a scale: Table 1's joint one in place of the committed one where there is none. */
export const modelAt = (scale: ScaleId, model: RowModel): RowModel =>
  model === "committed" ? mainModel(scale) : model;

/** A model's adapter; undefined where it needs none that was trained here. @throws RangeError for a model that was not found. */
export function adapterOf(
  { row, model }: Pick<UseCase, "row" | "model">,
  task: TaskId,
  { find, seed }: { readonly find: FoundModels; readonly seed: number },
): Stage | undefined {
  switch (model) {
    case "single":
      return find.train({ kind: "single", task }, seed);
    case "joint":
      return find.train({ kind: "instruct" }, seed);
    case "committed": {
      const committed = find.committed?.();
      if (committed === undefined) {
        throw new RangeError(`The row ${row} needs the committed adapter, which is not there`);
      }
      return committed;
    }
    case "start":
    case "start-style-layers":
    case "target":
      return undefined;
  }
}

/** Id of the stage of a case. */
export const useStageId = (row: string, task: string, seed: number): string =>
  `use-${row.replaceAll(".", "-")}-${task}-seed${seed}`;

/**
 * One stage per case, task and seed; the targets need one seed only. Where a scale has no committed adapter its cases are of Table 1's joint model.
 *
 * @param options.find where the cases' models are found.
 * @param options.form how the instruction reaches those trainings; as in Table 1 if absent.
 */
export function useStages(
  experiment: string,
  request: RunRequest,
  options: {
    readonly cases: readonly UseCase[];
    readonly size: UseSize;
    readonly code: StageCode<MeasureUse>;
    readonly find: FoundModels;
    readonly form?: InstructForm | undefined;
  },
): Stage[] {
  const { scale, budget, seeds, tasks, device } = request;
  const { cases, size, code, find, form } = options;
  const sizes: Budget = SCALES[scale].budgets[budget];
  const { samplerSteps, guidance } = sizes;
  const make = stageMaker(experiment, code, { with: [WRITE_SCORED] });
  return seeds.flatMap((seed) =>
    cases.filter(({ model }) => model !== "target" || seed === seeds[0]).flatMap((each) =>
      tasks.filter((task) => each.tasks?.includes(task) ?? true).map((task) => {
        const { row, instructions, adapterScale, instructionOverride } = each;
        const model = modelAt(scale, each.model);
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
        const adapter = adapterOf({ row, model }, task, { find, seed });
        return make({
          id: useStageId(row, task, seed),
          title: `Generate and measure ${task} with ${row}, seed ${seed}`,
          config,
          parents: adapter ? [dataset, adapter] : [dataset],
          ...samplingCost(sizes, size.items),
          async run(context) {
            const measure = await code.load();
            const inputs = {
              dataset: context.input(dataset.id),
              adapter: adapter && context.input(adapter.id),
            };
            writeScored(await measure(config, inputs, context), config, context);
          },
        });
      })
    )
  );
}
