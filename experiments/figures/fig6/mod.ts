/**
 * Fig. 6: the joint model's pictures beside the single-task models', same items and same noise; replication is left out as in the paper. It
 * trains and samples nothing of its own.
 *
 * … score-single-task-TASK-seedN, score-instruct-TASK-seedN of Table 1 ── fig6-summary
 */
import { figureProgram } from "../figure_program.ts";
import { budgetNote, SCALES } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import { table1Code } from "../table1/model_code.ts";
import { FIG6 } from "./record.ts";
import { LIKENESS_STATEMENTS } from "./statements.ts";
import type { Figure } from "../figure.ts";
import { useGraphics } from "../uses/bars.ts";
import { stageCode } from "../../runner/mod.ts";

/** Fig. 6, over Table 1. */
export const figure: Figure = figureProgram({
  record: FIG6,
  statements: LIKENESS_STATEMENTS,
  content: { module: "experiments/figures/uses/uses.ts", type: "UsesContent" },
  eachTask: true,
  budgetNote: ({ scale, budget }) => budgetNote(SCALES[scale].budgets[budget]),
  stages(request) {
    const find = table1Finder(request, table1Code(request));
    return request.seeds.flatMap((seed) =>
      FIG6.rows.flatMap(({ row }) => request.tasks.map((task) => find.score(row, task, seed)))
    );
  },
  summary: stageCode("experiments/figures/fig6/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 2,
  prepare: (request) => table1Code(request).checkDevice(request.device),
  paperScale: "trained",
  render: useGraphics(FIG6.rows),
});
