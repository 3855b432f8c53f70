/**
 * What the paper leaves open (Sec. 3.3, 3.4): the joint model trained again with one thing changed, and asked for what it was not trained for.
 *
 * encode-TASK, encode-SOURCES-sources-TASK, wordings-ROW-TASK ── train-ROW-seedN ─┬─ score-ROW-TASK-seedN ──────┐
 *                                                                                 └─ use-ROW-told-…-TASK-seedN ─┤
 * Table 1: train-instruct-seedN ─┬─ score-instruct-TASK-seedN ──────────────────────────────────────────────────┼─ ablations-summary
 *                                └─ use-told-…-TASK-seedN ──────────────────────────────────────────────────────┘
 */
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import type { InstructForm } from "../../setting/instruct_form.ts";
import { budgetOf, modelStages } from "../model_stages.ts";
import { type Stage, type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import { budgetNote } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import { sourcesFields } from "../../setting/pair_sources.ts";
import type { EncodeInstructions, WordingsRequest } from "../../setting/model_requests.ts";
import { type UseCase, useStages } from "../uses/use_stages.ts";
import { TARGETS } from "../uses/use_rows.ts";
import { MEASURE_COLOURS, MEASURE_USE } from "../uses/use_code.ts";
import { ablationGraphics } from "./bars.ts";
import { ABLATION_STATEMENTS } from "./statements.ts";
import type { Figure } from "../figure.ts";
import { TABLE1_CODE } from "../table1/model_code.ts";
import { type AblationRecord, ABLATIONS, leftOutCases, type ModelVariant, toldCases } from "./record.ts";

const ENCODE_INSTRUCTIONS: StageCode<EncodeInstructions> = stageCode(
  "experiments/mini/encode_instructions.ts",
  "encodeInstructions",
  { from: () => import("../../mini/encode_instructions.ts") },
);

/** The stages of a record. */
export function ablationStages(request: RunRequest, record: AblationRecord = ABLATIONS): Stage[] {
  const { scale, seeds, tasks, device } = request;
  const budget = budgetOf(request);
  const find = table1Finder(request, TABLE1_CODE);
  const { encode } = find;
  const { train, score } = modelStages(record.id, request, { code: TABLE1_CODE, budget, encode });
  const makeWordings = stageMaker(record.id, ENCODE_INSTRUCTIONS);

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
  const joint = { variant: { kind: "instruct" }, instructions: "random" } as const;
  const size = record.sizes[request.budget];

  return seeds.flatMap((seed) => {
    /** Another model than Table 1's in use; no picture of it is shown. */
    const used = (cases: readonly UseCase[], adapter: Stage, form?: InstructForm) =>
      useStages(record.id, { ...request, seeds: [seed] }, {
        cases,
        size: { ...size, galleryItems: 0 },
        code: MEASURE_USE,
        find: { encode, train: () => adapter },
        form,
      });
    const scoresOf = (row: string, adapter: Stage, form?: InstructForm) =>
      tasks.map((task) => score({ row, model: "joint", instructions: "random", task, seed, adapter, form }));
    return [
      ...tasks.map((task) => find.score("instruct", task, seed)),
      ...record.leftOut.map(({ task }) => find.score("ip-adapter-plus", task, seed)),
      // The targets do not depend on a seed.
      ...(seed === seeds[0] ? record.leftOut.map(({ task }) => find.score(TARGETS, task, seed)) : []),
      ...record.variants.flatMap(({ row, form, recipe, sources, told }) => {
        const own: InstructForm | undefined = form === "pooled" ? undefined : form;
        const adapter = train({
          name: row,
          title: `the joint model, ${row}`,
          ...joint,
          tasks: TASKS,
          seed,
          form: own,
          wordings: wordings.get(row),
          recipe,
          sources,
        });
        return [...scoresOf(row, adapter, own), ...(told ? used(toldCases(row), adapter, own) : [])];
      }),
      ...record.leftOut.flatMap(({ task: left, row }) => {
        const adapter = train({
          name: row,
          title: `the joint model without ${left}`,
          ...joint,
          tasks: TASKS.filter((task) => task !== left),
          seed,
        });
        return [...scoresOf(row, adapter), ...used(leftOutCases(row, left), adapter)];
      }),
      ...useStages(record.id, { ...request, seeds: [seed] }, {
        cases: record.cases,
        size,
        code: MEASURE_COLOURS,
        find,
      }),
    ];
  });
}

/** The ablations. */
export const figure: Figure = figureProgram({
  record: ABLATIONS,
  statements: ABLATION_STATEMENTS,
  content: { module: "experiments/figures/ablations/statements.ts", type: "AblationsContent" },
  budgetNote: (request) => budgetNote(budgetOf(request)),
  stages: (request) => ablationStages(request),
  summary: stageCode("experiments/figures/ablations/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 3,
  prepare: ({ device }) => TABLE1_CODE.checkDevice(device),
  render: ablationGraphics,
});
