/**
 * Fig. 2, injection, and Fig. 3, projection: drawn from the parameter trees of both sizes.
 *
 * count-parts ── figN-summary
 */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment, ExperimentProgram } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { type StageCode, stageMaker } from "../../runner/mod.ts";
import type { countParts } from "./count_parts.ts";

/** Fig. 2, as data. */
export const FIG2 = {
  id: "fig2",
  title: "Fig. 2: injection of the condition into the frozen U-Net",
  paper: "Fig. 2, Sec. 3.3",
  tasks: TASKS,
} as const satisfies Experiment;

/** Fig. 3, as data. */
export const FIG3 = {
  id: "fig3",
  title: "Fig. 3: the projection transformer and what the instruction adds to it",
  paper: "Fig. 3, Sec. 3.3",
  tasks: TASKS,
} as const satisfies Experiment;

const COUNT: StageCode<typeof countParts> = {
  module: "experiments/figures/architecture/count_parts.ts",
  export: "countParts",
  data: [],
  load: async () => (await import("./count_parts.ts")).countParts,
};

/** The program of either. */
export function architectureProgram(record: typeof FIG2 | typeof FIG3): ExperimentProgram {
  return figureProgram({
    record,
    weightless: true,
    budgetNote: () => "every parameter is counted, nothing is trained",
    stages: () => [
      stageMaker(record.id, COUNT)({
        id: "count-parts",
        title: "Count parameters",
        config: {},
        parents: [],
        expectedSeconds: 1,
        async run(context) {
          const count = await COUNT.load();
          context.write("parts.json", JSON.stringify(await count()));
        },
      }),
    ],
    summary: {
      module: "experiments/figures/architecture/summary.ts",
      export: "summarize",
      data: [],
      load: async () => (await import("./summary.ts")).summarize,
    },
    expectedSeconds: 1,
  });
}
