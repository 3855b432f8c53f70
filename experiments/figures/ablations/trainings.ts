/** The trainings of the ablations' models, for every experiment that reads them: equal requests are the same stage. */
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import { type Stage, type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import type { InstructForm } from "../../setting/instruct_form.ts";
import type { EncodeInstructions, WordingsRequest } from "../../setting/model_requests.ts";
import { sourcesFields } from "../../setting/pair_sources.ts";
import { budgetOf, type ModelStages, modelStages } from "../model_stages.ts";
import { TABLE1_CODE } from "../table1/model_code.ts";
import { type AblationRecord, ABLATIONS, type ModelVariant } from "./record.ts";

const ENCODE_INSTRUCTIONS: StageCode<EncodeInstructions> = stageCode(
  "experiments/mini/encode_instructions.ts",
  "encodeInstructions",
  { from: () => import("../../mini/encode_instructions.ts") },
);

/** A model of the ablations. */
export interface AblationModel {
  /** Its training. */
  readonly adapter: Stage;
  /** How its instruction reaches the adapter; as in Table 1 if undefined. */
  readonly form: InstructForm | undefined;
}

/** Makers of the ablations' stages that train and score. */
export interface AblationTrainings extends Pick<ModelStages, "score"> {
  /** A model by its row. @throws RangeError for a row that the record has not. */
  model(row: string, seed: number): AblationModel;
}

/**
 * The makers.
 *
 * @param options.encode the tasks' encodings, of Table 1.
 */
export function ablationTrainings(
  request: RunRequest,
  { encode, record = ABLATIONS }: {
    readonly encode: (task: TaskId) => Stage;
    readonly record?: AblationRecord;
  },
): AblationTrainings {
  const { scale, device } = request;
  const budget = budgetOf(request);
  const { train, score } = modelStages(record.id, request, { code: TABLE1_CODE, budget, encode });
  const makeWordings = stageMaker(record.id, ENCODE_INSTRUCTIONS);
  const joint = { variant: { kind: "instruct" }, instructions: "random" } as const;

  const encodeWordings = ({ row, form, corpus, sources = "shared" }: ModelVariant, task: TaskId): Stage => {
    const { trainItems } = budget;
    const config: WordingsRequest = {
      ...{ scale, task, trainItems, form, corpus, device },
      ...sourcesFields(sources),
    };
    return makeWordings({
      id: `wordings-${row}-${task}`,
      title: `Encode the ${task} task's instructions, ${row}`,
      config,
      parents: [],
      expectedSeconds: budget.expectedSeconds.encode,
      run: async (context) => await (await ENCODE_INSTRUCTIONS.load())(config, context),
    });
  };
  const wordings = new Map(
    record.variants.filter(({ form, corpus }) => form !== "pooled" || corpus !== "filtered").map((variant) =>
      [variant.row, new Map(TASKS.map((task) => [task, encodeWordings(variant, task)]))] as const
    ),
  );

  return {
    score,
    model(row, seed) {
      const left = record.leftOut.find((each) => each.row === row)?.task;
      if (left !== undefined) {
        const tasks = TASKS.filter((task) => task !== left);
        const title = `the joint model without ${left}`;
        return { adapter: train({ name: row, title, ...joint, tasks, seed }), form: undefined };
      }
      const variant = record.variants.find((each) => each.row === row);
      if (variant === undefined) {
        const rows = [...record.variants, ...record.leftOut].map((each) => each.row);
        throw new RangeError(`A model of the ablations is one of ${rows.join(", ")}, got ${row}`);
      }
      const { recipe, sources } = variant;
      const form = variant.form === "pooled" ? undefined : variant.form;
      const adapter = train({
        name: row,
        title: `the joint model, ${row}`,
        ...joint,
        tasks: TASKS,
        seed,
        form,
        wordings: wordings.get(row),
        recipe,
        sources,
      });
      return { adapter, form };
    },
  };
}
