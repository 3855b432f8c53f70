/**
 * Sec. 3.5: scores over the scale λ of the adapter's residual. The joint model is Table 1's.
 *
 * encode-TASK, train-instruct-seedN ── use-scale-λ-TASK-seedN ── scale-summary
 */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { type Budget, type BudgetId, budgetNote, SCALES } from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import type { UseSize } from "../../setting/model_requests.ts";
import { useStages } from "../uses/use_stages.ts";
import { TABLE1_CODE } from "../table1/model_code.ts";
import { MEASURE_USE } from "../uses/use_code.ts";
import { scaleCurves } from "./curves.ts";
import type { Figure } from "../figure.ts";
import { SCALE_STATEMENTS } from "./statements.ts";

/** The experiment, as data. */
export const SCALE = {
  id: "scale",
  name: "Sec. 3.5",
  title: "Sec. 3.5: how strongly the adapter should speak",
  paper: "Sec. 3.5",
  says: "In use, the adapter's residual is best scaled back by 20 to 40 %, so that the text prompt is heard.",
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

/** The scales. */
export const figure: Figure = figureProgram({
  record: SCALE,
  statements: SCALE_STATEMENTS,
  content: { module: "experiments/figures/scale/statements.ts", type: "ScaleContent" },
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
      code: MEASURE_USE,
      find: table1Finder(request, TABLE1_CODE),
    }),
  summary: {
    module: "experiments/figures/scale/summary.ts",
    export: "summarize",
    data: [],
    load: async () => (await import("./summary.ts")).summarize,
  },
  expectedSeconds: 2,
  prepare: ({ device }) => TABLE1_CODE.checkDevice(device),
  draw: scaleCurves,
});
