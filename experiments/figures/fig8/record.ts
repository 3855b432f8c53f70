/** Fig. 8 as data. */
import type { Table1Row } from "../../../lib/report/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import type { BudgetId } from "../../setting/scales.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import { FIXED, JOINT } from "../table1/rows.ts";
import type { RewordingSize, Variant } from "../../setting/model_requests.ts";

/** A row of Table 1, and its model. */
interface RewordedRow {
  readonly row: Table1Row;
  readonly variant: Variant;
  /** Whether it is sampled from other noises, too, or asked for its scores under other wordings only. */
  readonly otherNoises: boolean;
}

/** The experiment, as data. */
export const FIG8 = {
  id: "fig8",
  name: "Fig. 8",
  title: "Fig. 8: rewording the instruction against another noise",
  paper: "Fig. 8, Sec. 4.3",
  says: "Rewording the instruction changes the picture much less than another initial noise does.",
  tasks: TASKS,
  rows: [
    { row: JOINT, variant: { kind: "instruct" }, otherNoises: true },
    { row: FIXED, variant: { kind: "fixed" }, otherNoises: false },
  ],
  /** The tasks whose pictures are shown, as in the paper. */
  pictured: ["style", "face"],
  sizes: {
    smoke: { items: 2, wordings: 2, noises: 2, shown: 1 },
    quick: { items: 10, wordings: 6, noises: 6, shown: 1 },
    full: { items: 40, wordings: 10, noises: 10, shown: 2 },
  },
} as const satisfies Experiment & {
  /** Rows of Table 1, whose models are reworded. */
  readonly rows: readonly RewordedRow[];
  readonly pictured: readonly TaskId[];
  readonly sizes: Readonly<Record<BudgetId, RewordingSize>>;
};

/** Id of a stage. */
export const rewordingStageId = (row: string, task: string, seed: number): string =>
  `reword-${row}-${task}-seed${seed}`;
