/**
 * Fig. 5: examples of the five training sets.
 *
 * draw-examples ── fig5-summary
 */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import type { drawExamples, ExamplesRequest } from "./draw_examples.ts";
import type { BudgetId } from "../../setting/scales.ts";
import { type StageCode, stageMaker } from "../../runner/mod.ts";
import type { Figure } from "../figure.ts";
import { pictureSheet } from "../../../lib/report/mod.ts";

/** The experiment, as data. */
export const FIG5 = {
  id: "fig5",
  name: "Fig. 5",
  title: "Fig. 5: examples of the five training sets",
  paper: "Fig. 5, Sec. 3.4",
  says: "Entries of the five training sets: condition, instruction, prompt, target.",
  tasks: TASKS,
  examples: { smoke: 2, quick: 4, full: 4 },
} as const satisfies Experiment & {
  /** Examples of each task. */
  readonly examples: Readonly<Record<BudgetId, number>>;
};

const DRAW: StageCode<typeof drawExamples> = {
  module: "experiments/figures/fig5/draw_examples.ts",
  export: "drawExamples",
  data: [],
  load: async () => (await import("./draw_examples.ts")).drawExamples,
};

/** Fig. 5. */
export const figure: Figure = figureProgram({
  record: FIG5,
  statements: [],
  content: { module: "experiments/figures/fig5/example_sheet.ts", type: "DatasetExamples" },
  eachTask: true,
  budgetNote: ({ budget }) => `${FIG5.examples[budget]} examples per task`,
  stages({ budget, tasks, seeds }) {
    const config: ExamplesRequest = { tasks, count: FIG5.examples[budget], seed: seeds[0] as number };
    return [
      stageMaker(FIG5.id, DRAW)({
        id: "draw-examples",
        title: "Compose training pairs",
        config,
        parents: [],
        expectedSeconds: 8,
        run: async (context) => await (await DRAW.load())(config, context),
      }),
    ];
  },
  summary: {
    module: "experiments/figures/fig5/summary.ts",
    export: "summarize",
    data: [],
    load: async () => (await import("./summary.ts")).summarize,
  },
  expectedSeconds: 1,
  render: (stored) => [pictureSheet(stored)],
});
