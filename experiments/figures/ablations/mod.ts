/**
 * What the paper leaves open (Sec. 3.3, 3.4): the joint model trained again with one thing changed, and asked for what it was not trained for.
 *
 * encode-TASK, encode-SOURCES-sources-TASK, wordings-ROW-TASK ── train-ROW-seedN ─┬─ score-ROW-TASK-seedN ──────────────┐
 *                                                                                 └─ use-ROW-…-instruction-TASK-seedN ─┤
 * Table 1: train-instruct-seedN ─┬─ score-instruct-TASK-seedN ─────────────────────────────────────────────────────────┼─ ablations-summary
 *                                └─ use-…-instruction-TASK-seedN ──────────────────────────────────────────────────────┘
 */
import type { RunRequest } from "../../setting/experiment.ts";
import { budgetNote } from "../../setting/scales.ts";
import { type Stage, stageCode } from "../../runner/mod.ts";
import type { Figure } from "../figure.ts";
import { figureProgram } from "../figure_program.ts";
import { budgetOf } from "../model_stages.ts";
import { TABLE1_CODE } from "../table1/model_code.ts";
import { JOINT } from "../table1/rows.ts";
import { table1Finder } from "../table1/stages.ts";
import { MEASURE_COLOURS, measureUseCode } from "../uses/use_code.ts";
import { TARGETS } from "../uses/use_rows.ts";
import { type UseCase, useStages } from "../uses/use_stages.ts";
import { ablationGraphics } from "./bars.ts";
import { type AblationRecord, ABLATIONS, leftOutCases } from "./record.ts";
import { ABLATION_STATEMENTS } from "./statements.ts";
import { ablationTrainings } from "./trainings.ts";

/** The stages of a record. */
export function ablationStages(request: RunRequest, record: AblationRecord = ABLATIONS): Stage[] {
  const { seeds, tasks } = request;
  const find = table1Finder(request, TABLE1_CODE);
  const { encode } = find;
  const { model, score } = ablationTrainings(request, { encode, record });
  const size = record.sizes[request.budget];

  return seeds.flatMap((seed) => {
    /** A model's scores, and some cases of it in use, of which no picture is shown. */
    const measured = (row: string, cases: readonly UseCase[]): Stage[] => {
      const { adapter, form } = model(row, seed);
      return [
        ...tasks.map((task) =>
          score({ row, model: "joint", instructions: "random", task, seed, adapter, form })
        ),
        ...useStages(record.id, { ...request, seeds: [seed] }, {
          cases,
          size: { ...size, galleryItems: 0 },
          code: measureUseCode(request),
          find: { encode, train: () => adapter },
          form,
        }),
      ];
    };
    return [
      ...tasks.map((task) => find.score(JOINT, task, seed)),
      ...record.leftOut.map(({ task }) => find.score("ip-adapter-plus", task, seed)),
      // The targets do not depend on a seed.
      ...(seed === seeds[0] ? record.leftOut.map(({ task }) => find.score(TARGETS, task, seed)) : []),
      ...record.variants.flatMap(({ row }) => measured(row, [])),
      ...record.leftOut.flatMap(({ task, row }) => measured(row, leftOutCases(row, task))),
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
