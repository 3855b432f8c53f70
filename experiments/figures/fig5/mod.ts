/**
 * Fig. 5: examples of the five training sets.
 *
 * draw-examples ── fig5-summary
 */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment, RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { codeAt } from "../paper_stage.ts";
import type { ExamplesRequest } from "./draw_examples.ts";
import type { BudgetId } from "../../setting/scales.ts";
import { stageCode, stageMaker } from "../../runner/mod.ts";
import type { Figure } from "../figure.ts";
import { CHOSEN_AMONG } from "./read_pairs.ts";
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

const DRAW = stageCode("experiments/figures/fig5/draw_examples.ts", "drawExamples", {
  from: () => import("./draw_examples.ts"),
});

/** The code of a request's scale. @throws UserError when the user's pairs are not what they should be. */
const examplesCode = (request: RunRequest) =>
  codeAt(request, {
    mini: DRAW,
    paper: stageCode("experiments/figures/fig5/read_pairs.ts", "readTrainingPairs", {
      from: () => import("./read_pairs.ts"),
    }),
    reads: {
      pairs: (config) =>
        (config as ExamplesRequest).tasks.map((task) => ({
          task,
          trainItems: CHOSEN_AMONG,
          validationItems: 0,
        })),
    },
  });

/** Fig. 5. */
export const figure: Figure = figureProgram({
  record: FIG5,
  statements: [],
  content: { module: "experiments/figures/fig5/example_sheet.ts", type: "DatasetExamples" },
  eachTask: true,
  budgetNote: ({ budget }) => `${FIG5.examples[budget]} examples per task`,
  stages(request) {
    const { budget, tasks, seeds } = request;
    const code = examplesCode(request);
    const config: ExamplesRequest = { tasks, count: FIG5.examples[budget], seed: seeds[0] as number };
    return [
      stageMaker(FIG5.id, code)({
        id: "draw-examples",
        title: "Choose training pairs",
        config,
        parents: [],
        expectedSeconds: 8,
        run: async (context) => await (await code.load())(config, context),
      }),
    ];
  },
  summary: stageCode("experiments/figures/fig5/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 1,
  paperScale: "untrained",
  paperReads: ({ tasks }) => ({ roles: [], tasks }),
  render: (stored) => [pictureSheet(stored)],
});
