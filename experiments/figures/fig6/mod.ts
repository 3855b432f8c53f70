/**
 * Fig. 6: the joint model's pictures beside the single-task models', same items and same noise; replication is left out as in the paper. It
 * trains and samples nothing of its own.
 *
 * … score-single-task-TASK-seedN, score-instruct-TASK-seedN of Table 1 ── fig6-summary
 */
import { PARTIAL_TASKS } from "../../../lib/report/mod.ts";
import type { Experiment, ExperimentProgram } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { budgetNote, SCALES } from "../../setting/scales.ts";
import { isTraining, table1Finder } from "../table1/mod.ts";
import type { Table1Stages } from "../../setting/model_requests.ts";

/** The experiment, as data. */
export const FIG6 = {
  id: "fig6",
  title: "Fig. 6: the joint model beside the single-task models",
  paper: "Fig. 6, Sec. 4.2",
  tasks: PARTIAL_TASKS,
} as const satisfies Experiment;

/** The rows of Table 1 that are shown. */
export const FIG6_ROWS = ["single-task", "instruct"] as const;

/** Fig. 6 over Table 1 with the given model code. */
export function fig6Program(code: Table1Stages): ExperimentProgram {
  return figureProgram({
    record: FIG6,
    eachTask: true,
    budgetNote: ({ scale, budget }) => budgetNote(SCALES[scale].budgets[budget]),
    stages(request) {
      const find = table1Finder(request, code);
      return request.seeds.flatMap((seed) =>
        FIG6_ROWS.flatMap((row) => request.tasks.map((task) => find(`score-${row}-${task}-seed${seed}`)))
      );
    },
    summary: {
      module: "experiments/figures/fig6/summary.ts",
      export: "summarize",
      data: [],
      load: async () => (await import("./summary.ts")).summarize,
    },
    expectedSeconds: 2,
    prepare: ({ device }) => code.checkDevice(device),
    isTraining,
  });
}
