/**
 * Sec. 3.5: scores over the scale λ of the adapter's residual. The joint model is Table 1's.
 *
 * encode-TASK, train-instruct-seedN ── use-scale-λ-TASK-seedN ── scale-summary
 */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment, ExperimentProgram } from "../../setting/experiment.ts";
import type { UseCode } from "../fig9/mod.ts";
import { figureProgram } from "../figure_program.ts";
import { type Budget, type BudgetId, budgetNote, SCALES } from "../../setting/scales.ts";
import { isTraining, table1Finder } from "../table1/mod.ts";
import type { Table1Stages } from "../../setting/model_requests.ts";
import { type UseSize, useStages } from "../uses/use_stages.ts";

/** The experiment, as data. */
export const SCALE = {
  id: "scale",
  title: "Sec. 3.5: how strongly the adapter should speak",
  paper: "Sec. 3.5",
  tasks: TASKS,
  scales: {
    smoke: [0, 0.8, 1],
    quick: [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2],
    full: [0, 0.2, 0.4, 0.6, 0.7, 0.8, 1, 1.2],
  },
  sizes: {
    smoke: { items: 4, galleryItems: 1 },
    quick: { items: 24, galleryItems: 1 },
    full: { items: 150, galleryItems: 2 },
  },
} as const satisfies Experiment & {
  /** λ. */
  readonly scales: Readonly<Record<BudgetId, readonly number[]>>;
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** The scales with the given model code. */
export function scaleProgram(code: Table1Stages & UseCode): ExperimentProgram {
  return figureProgram({
    record: SCALE,
    eachTask: true,
    budgetNote({ scale, budget }) {
      const validationItems = SCALE.sizes[budget].items;
      const merged: Budget = { ...SCALES[scale].budgets[budget], validationItems };
      return `${budgetNote(merged)} at each of ${SCALE.scales[budget].length} scales`;
    },
    stages: (request) =>
      useStages(SCALE.id, request, {
        cases: SCALE.scales[request.budget].map((adapterScale) => ({
          row: `scale-${adapterScale}`,
          model: "joint",
          instructions: "random",
          adapterScale,
        })),
        size: SCALE.sizes[request.budget],
        code: code.measureUse,
        find: table1Finder(request, code),
      }),
    summary: {
      module: "experiments/figures/scale/summary.ts",
      export: "summarize",
      data: [],
      load: async () => (await import("./summary.ts")).summarize,
    },
    expectedSeconds: 2,
    prepare: ({ device }) => code.checkDevice(device),
    isTraining,
  });
}
