/**
 * What the paper leaves open (Sec. 3.3, 3.4): the joint model trained again with one thing changed, and asked for what it was not trained for.
 *
 * encode-TASK, tell-ROW-TASK ── train-ROW-seedN ── score-ROW-TASK-seedN ─┐
 * Table 1: train-instruct-seedN ─┬─ score-instruct-TASK-seedN ───────────┼─ ablations-summary
 *                                └─ use-told-…-TASK-seedN ───────────────┘
 */
import { PARTIAL_TASKS } from "../../../lib/report/mod.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment, ExperimentProgram, RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import type { InstructForm } from "../../setting/instruct_form.ts";
import { budgetOf, modelStages } from "../model_stages.ts";
import { type Stage, type StageCode, stageMaker } from "../../runner/mod.ts";
import { type BudgetId, budgetNote } from "../../setting/scales.ts";
import { isTraining, table1Finder } from "../table1/mod.ts";
import type { EncodeInstructions, Table1Stages, TellRequest } from "../../setting/model_requests.ts";
import { type MeasureUse, type UseCase, type UseSize, useStages } from "../uses/use_stages.ts";

/** A joint model with other instructions. */
export interface InstructionVariant {
  readonly row: string;
  readonly form: InstructForm;
  readonly corpus: TellRequest["corpus"];
}

/** The experiment, as data. */
export const ABLATIONS = {
  id: "ablations",
  title: "Sec. 3.3, 3.4: what the design of the instruction is worth",
  paper: "Sec. 3.3 and 3.4",
  tasks: TASKS,
  variants: [
    { row: "tokens", form: "tokens", corpus: "filtered" },
    { row: "one-hot", form: "one-hot", corpus: "filtered" },
    { row: "unfiltered", form: "pooled", corpus: "unfiltered" },
  ],
  leftOut: ["style", "object"],
  // Told another use on purpose: whether the instruction does anything; and a use that nobody was trained for.
  cases: [
    { row: "text-only", model: "joint", instructions: "random", adapterScale: 0, tasks: ["style"] },
    { row: "told-own", model: "joint", instructions: "random", adapterScale: 1, tasks: PARTIAL_TASKS },
    {
      row: "told-other",
      model: "joint",
      instructions: "random",
      adapterScale: 1,
      tasks: ["style"],
      told: "composition",
    },
    {
      row: "told-other",
      model: "joint",
      instructions: "random",
      adapterScale: 1,
      tasks: ["object", "composition", "face"],
      told: "style",
    },
    {
      row: "told-colours",
      model: "joint",
      instructions: "random",
      adapterScale: 1,
      tasks: ["style"],
      told: "colours",
    },
  ],
  sizes: {
    smoke: { items: 4, galleryItems: 2 },
    quick: { items: 40, galleryItems: 12 },
    full: { items: 200, galleryItems: 40 },
  },
} as const satisfies Experiment & {
  readonly variants: readonly InstructionVariant[];
  /** Tasks that a joint model is trained without, one at a time. */
  readonly leftOut: readonly TaskId[];
  readonly cases: readonly UseCase[];
  /** Of the cases. The pictures are also what "moved" is measured on. */
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** The row of the model that was trained without a task. */
export const withoutRow = (task: string): string => `without-${task}`;

/** What the ablations need besides Table 1's code. */
export interface AblationCode {
  readonly encodeInstructions: StageCode<EncodeInstructions>;
  readonly measureColours: StageCode<MeasureUse>;
}

function stages(request: RunRequest, code: Table1Stages & AblationCode): Stage[] {
  const { scale, seeds, tasks, device } = request;
  const budget = budgetOf(request);
  const find = table1Finder(request, code);
  const encode = (task: TaskId) => find(`encode-${task}`);
  const { train, score } = modelStages(ABLATIONS.id, request, { code, budget, encode });
  const makeTelling = stageMaker(ABLATIONS.id, code.encodeInstructions);

  const tell = ({ row, form, corpus }: InstructionVariant, task: TaskId): Stage => {
    const config: TellRequest = { scale, task, trainItems: budget.trainItems, form, corpus, device };
    return makeTelling({
      id: `tell-${row}-${task}`,
      title: `Encode the ${task} task's instructions, ${row}`,
      config,
      parents: [],
      expectedSeconds: budget.expectedSeconds.encode,
      run: async (context) => await (await code.encodeInstructions.load())(config, context),
    });
  };
  const told = new Map(
    ABLATIONS.variants.map((variant) =>
      [variant.row, new Map(TASKS.map((task) => [task, tell(variant, task)]))] as const
    ),
  );
  const joint = { variant: { kind: "instruct" }, instructions: "random" } as const;

  return seeds.flatMap((seed) => {
    const scoresOf = (row: string, adapter: Stage, form?: InstructForm) =>
      tasks.map((task) => score({ row, instructions: "random", task, seed, adapter, form }));
    return [
      ...tasks.map((task) => find(`score-instruct-${task}-seed${seed}`)),
      ...ABLATIONS.leftOut.map((task) => find(`score-ip-adapter-plus-${task}-seed${seed}`)),
      ...ABLATIONS.variants.flatMap(({ row, form }) => {
        const own: InstructForm | undefined = form === "pooled" ? undefined : form;
        return scoresOf(
          row,
          train({
            name: row,
            title: `the joint model, ${row}`,
            ...joint,
            tasks: TASKS,
            seed,
            form: own,
            told: told.get(row) as ReadonlyMap<TaskId, Stage>,
          }),
          own,
        );
      }),
      ...ABLATIONS.leftOut.flatMap((left) =>
        scoresOf(
          withoutRow(left),
          train({
            name: withoutRow(left),
            title: `the joint model without ${left}`,
            ...joint,
            tasks: TASKS.filter((task) => task !== left),
            seed,
          }),
        )
      ),
      ...useStages(ABLATIONS.id, { ...request, seeds: [seed] }, {
        cases: ABLATIONS.cases,
        size: ABLATIONS.sizes[request.budget],
        code: code.measureColours,
        find,
      }),
    ];
  });
}

/** The ablations with the given model code. */
export function ablationsProgram(code: Table1Stages & AblationCode): ExperimentProgram {
  return figureProgram({
    record: ABLATIONS,
    budgetNote: (request) => budgetNote(budgetOf(request)),
    stages: (request) => stages(request, code),
    summary: {
      module: "experiments/figures/ablations/summary.ts",
      export: "summarize",
      data: [],
      load: async () => (await import("./summary.ts")).summarize,
    },
    expectedSeconds: 3,
    prepare: ({ device }) => code.checkDevice(device),
    isTraining,
  });
}
