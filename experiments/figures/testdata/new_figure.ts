/** A whole figure in one file: how often each task's instructions say "image". */
import { FIXED_INSTRUCTIONS } from "../../../lib/instructions/mod.ts";
import { figure as plot } from "../../../lib/plots/mod.ts";
import { judgeAll, measured, type Statement } from "../../../lib/report/mod.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import { type StageCode, stageMaker } from "../../runner/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import type { Figure } from "../figure.ts";
import { figureProgram } from "../figure_program.ts";
import type { Summarize } from "../figure_summary.ts";

/** What is shown. */
export interface WordCounts {
  /** Words of each task's fixed instruction. */
  readonly words: readonly { readonly task: string; readonly count: number }[];
}

const RECORD = {
  id: "words",
  name: "Fig. W",
  title: "Fig. W: words of the fixed instructions",
  paper: "nowhere",
  says: "Fixed instructions are short.",
  tasks: TASKS,
} as const satisfies Experiment;

const STATEMENTS: readonly Statement<WordCounts>[] = [{
  id: "fixed-are-short",
  section: "4.3",
  statement: "The fixed instruction of each task is shorter than thirty words.",
  quantity: "words of the longest fixed instruction",
  region: { high: 30 },
  measure({ words }) {
    const mean = Math.max(...words.map(({ count }) => count));
    return measured({ mean, low: mean, high: mean }, `${words.length} instructions`);
  },
}];

const MODULE = "experiments/figures/testdata/new_figure.ts";

/** The words of a task's fixed instruction. */
export const countWords = (task: TaskId): number => FIXED_INSTRUCTIONS[task].split(" ").length;

const COUNT: StageCode<typeof countWords> = {
  module: MODULE,
  export: "countWords",
  data: [],
  load: () => Promise.resolve(countWords),
};

/** Gathers the counts. */
export const summarize: Summarize = async (context) => {
  const content: WordCounts = JSON.parse(await context.input("count-words").text("words.json"));
  return { content, caption: "Words.", hashes: ["0"], claims: judgeAll(STATEMENTS, content) };
};

/** The figure. */
export const figure: Figure = figureProgram<WordCounts>({
  record: RECORD,
  statements: STATEMENTS,
  content: { module: MODULE, type: "WordCounts" },
  budgetNote: () => "every instruction",
  stages: ({ tasks }) => [
    stageMaker(RECORD.id, COUNT)({
      id: "count-words",
      title: "Count words",
      config: { tasks },
      parents: [],
      expectedSeconds: 1,
      async run(context) {
        const count = await COUNT.load();
        const words = tasks.map((task) => ({ task, count: count(task) }));
        context.write("words.json", JSON.stringify({ words }));
      },
    }),
  ],
  summary: { module: MODULE, export: "summarize", data: [], load: () => Promise.resolve(summarize) },
  expectedSeconds: 1,
  render: ({ result }) => [{
    kind: "figure",
    figure: plot({
      id: "words",
      caption: result.caption,
      data: [{
        type: "bar",
        x: result.content.words.map(({ task }) => task),
        y: result.content.words.map(({ count }) => count),
      }],
      layout: { title: { text: result.title } },
    }),
  }],
});
