/**
 * Fig. 7: validation scores against training step. The trainings are Table 1's; where the budget asks for more scores on the way they are
 * trained again, to the same weights.
 *
 * encode-TASK ── train-single-TASK-seedN, train-instruct-seedN ── fig7-summary
 */
import { TABLE1_TASKS } from "../lib/report/mod.ts";
import type { Experiment, ExperimentProgram } from "./experiment.ts";
import { figureProgram } from "./figure_program.ts";
import { type Budget, type BudgetId, budgetNote, SCALES } from "./scales.ts";
import { isTraining, table1Finder } from "./table1.ts";
import type { Table1Stages } from "./table1_stages.ts";

/** The experiment, as data. Quick has too few validations in Table 1 for a curve; smoke and full have enough. */
export const FIG7 = {
  id: "fig7",
  title: "Fig. 7: validation scores during training",
  paper: "Fig. 7, Sec. 4.2",
  tasks: TABLE1_TASKS,
  changes: { smoke: {}, quick: { validateEvery: 60, validateItems: 16 }, full: {} },
} as const satisfies Experiment & {
  /** What differs from Table 1's budget. */
  readonly changes: Readonly<Record<BudgetId, Partial<Budget>>>;
};

/** Fig. 7 over Table 1's trainings with the given model code. */
export function fig7Program(code: Table1Stages): ExperimentProgram {
  return figureProgram({
    record: FIG7,
    eachTask: true,
    budgetNote({ scale, budget }) {
      const merged: Budget = { ...SCALES[scale].budgets[budget], ...FIG7.changes[budget] };
      return `${budgetNote(merged)}, ${merged.validateItems} of them every ${merged.validateEvery} steps`;
    },
    stages(request) {
      const find = table1Finder(request, code, FIG7.changes[request.budget]);
      return request.seeds.flatMap((seed) => [
        ...request.tasks.map((task) => find(`train-single-${task}-seed${seed}`)),
        find(`train-instruct-seed${seed}`),
      ]);
    },
    summary: {
      module: "experiments/fig7/summary.ts",
      data: [],
      load: async () => (await import("./fig7/summary.ts")).summarize,
    },
    expectedSeconds: 1,
    prepare: ({ device }) => code.checkDevice(device),
    isTraining,
  });
}
