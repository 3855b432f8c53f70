/** Fig. 8 as data. */
import type { Table1Row } from "../../../lib/report/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import type { BudgetId } from "../../setting/scales.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { RewordingSize } from "../../setting/model_requests.ts";

/** The experiment, as data. */
export const FIG8 = {
  id: "fig8",
  name: "Fig. 8",
  title: "Fig. 8: rewording the instruction against another noise",
  paper: "Fig. 8, Sec. 4.3",
  says: "Rewording the instruction changes the picture much less than another initial noise does.",
  tasks: TASKS,
  /** Rows of Table 1, whose models are reworded. */
  rows: ["instruct", "fixed"],
  /** The tasks whose pictures are shown, as in the paper. */
  pictured: ["style", "face"],
  sizes: {
    smoke: { items: 2, wordings: 2, noises: 2, shown: 1 },
    quick: { items: 10, wordings: 6, noises: 6, shown: 1 },
    full: { items: 40, wordings: 10, noises: 10, shown: 2 },
  },
} as const satisfies Experiment & {
  readonly rows: readonly Table1Row[];
  readonly pictured: readonly TaskId[];
  readonly sizes: Readonly<Record<BudgetId, RewordingSize>>;
};

/** Id of a stage. */
export const rewordingStageId = (model: string, task: string, seed: number): string =>
  `reword-${model}-${task}-seed${seed}`;
