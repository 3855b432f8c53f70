/**
 * Fig. 9: IPAdapter+ and IPAdapter-Instruct in all five uses, with what each takes and what leaks. Sec. 4.4 is about the paper's main model: here
 * the committed joint adapter, which was trained for longer than Table 1's. Beside them the prompt alone, InstantStyle for style, the targets, and
 * Table 1's joint and single-task models, which the caption of Fig. 6 speaks of.
 *
 * encode-TASK, committed-adapter, train-…-seedN ── use-ROW-TASK-seedN ── fig9-summary
 */
import { COMMITTED, INSTANT_STYLE } from "../uses/use_rows.ts";
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import {
  type Budget,
  type BudgetId,
  mainModel,
  samplingNote,
  SCALES,
  trainingNote,
} from "../../setting/scales.ts";
import { table1Finder } from "../table1/stages.ts";
import { type UseCase, useStages } from "../uses/use_stages.ts";
import type { UseSize } from "../../setting/model_requests.ts";
import { table1Code } from "../table1/model_code.ts";
import { USE_STATEMENTS } from "./statements.ts";
import { measureUseCode } from "../uses/use_code.ts";
import type { Figure } from "../figure.ts";
import { useGraphics } from "../uses/bars.ts";
import { stageCode } from "../../runner/mod.ts";

/** The experiment, as data. */
export const FIG9 = {
  id: "fig9",
  name: "Fig. 9",
  title: "Fig. 9: IPAdapter+ and IPAdapter-Instruct in all five uses",
  paper: "Fig. 9, Sec. 4.4",
  says:
    "IPAdapter+ leaks from the condition or drops what matters; with an instruction the use is controlled.",
  tasks: TASKS,
  cases: [
    { row: "text-only", model: "joint", instructions: "random", adapterScale: 0 },
    { row: "ip-adapter-plus", model: "start", instructions: "none", adapterScale: 1 },
    {
      row: INSTANT_STYLE,
      model: "start-style-layers",
      instructions: "none",
      adapterScale: 1,
      tasks: ["style"],
    },
    { row: COMMITTED, model: "committed", instructions: "random", adapterScale: 1 },
    { row: "single-task", model: "single", instructions: "random", adapterScale: 1 },
    { row: "instruct", model: "joint", instructions: "random", adapterScale: 1 },
    { row: "ground-truth", model: "target", instructions: "none", adapterScale: 1 },
  ],
  sizes: {
    smoke: { items: 4, galleryItems: 1 },
    quick: { items: 40, galleryItems: 2 },
    full: { items: 200, galleryItems: 3 },
  },
} as const satisfies Experiment & {
  readonly cases: readonly UseCase[];
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** Fig. 9. */
export const figure: Figure = figureProgram({
  record: FIG9,
  statements: USE_STATEMENTS,
  content: { module: "experiments/figures/uses/uses.ts", type: "UsesContent" },
  eachTask: true,
  budgetNote({ scale, budget }) {
    const validationItems = FIG9.sizes[budget].items;
    const merged: Budget = { ...SCALES[scale].budgets[budget], validationItems };
    const beside = mainModel(scale) === "committed" ? "the committed joint adapter beside " : "";
    return `${beside}Table 1's models of ${trainingNote(merged)}, ${samplingNote(merged)}`;
  },
  stages: (request) =>
    useStages(FIG9.id, request, {
      // Where no adapter is committed, Table 1's joint model is the main one.
      cases: FIG9.cases.filter(({ model }) =>
        model !== "committed" || mainModel(request.scale) === "committed"
      ),
      size: FIG9.sizes[request.budget],
      code: measureUseCode(request),
      find: table1Finder(request, table1Code(request)),
    }),
  summary: stageCode("experiments/figures/fig9/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 3,
  prepare: (request) => table1Code(request).checkDevice(request.device),
  paperScale: "same stages",
  render: useGraphics,
});
