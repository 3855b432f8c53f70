/**
 * Fig. 6: the joint model's pictures beside the single-task models', same items and same noise; replication is left out as in the paper. It
 * trains and samples nothing of its own.
 *
 * … score-single-task-TASK-seedN, score-instruct-TASK-seedN of Table 1 ── fig6-summary
 */
import { PARTIAL_TASKS } from "../uses/use_evidence.ts";
import type { Experiment } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { budgetNote, SCALES } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import { table1Code } from "../table1/model_code.ts";
import { LIKENESS_STATEMENTS } from "./statements.ts";
import type { Figure } from "../figure.ts";
import { useGraphics } from "../uses/bars.ts";
import { stageCode } from "../../runner/mod.ts";

/** The experiment, as data. */
export const FIG6 = {
  id: "fig6",
  name: "Fig. 6",
  title: "Fig. 6: the joint model beside the single-task models",
  paper: "Fig. 6, Sec. 4.2",
  says:
    "The joint model's pictures are like the single-task models'; now and then it leaks what it should not.",
  tasks: PARTIAL_TASKS,
} as const satisfies Experiment;

/** The rows of Table 1 that are shown. */
const FIG6_ROWS = ["single-task", "instruct"] as const;

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
      FIG6_ROWS.flatMap((row) => request.tasks.map((task) => find.score(row, task, seed)))
    );
  },
  summary: stageCode("experiments/figures/fig6/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 2,
  prepare: (request) => table1Code(request).checkDevice(request.device),
  paperScale: "same stages",
  render: useGraphics,
});
