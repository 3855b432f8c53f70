/** Fig. 7 as data. */
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import type { Budget, BudgetId, ScaleId } from "../../setting/scales.ts";

/** The experiment, as data. Where Table 1's trainings have too few validations for a curve they are trained with more. */
export const FIG7 = {
  id: "fig7",
  name: "Fig. 7",
  title: "Fig. 7: validation scores during training",
  paper: "Fig. 7, Sec. 4.2",
  says: "On style and face, the joint model's validation scores rise as fast as the single-task models'.",
  tasks: TASKS,
  shown: ["style", "face"],
  changes: {
    mini: { smoke: {}, quick: { validateEvery: 60, validateItems: 16 }, full: {} },
    paper: { smoke: { validateEvery: 1, validateItems: 1 }, quick: {}, full: {} },
  },
} as const satisfies Experiment & {
  /** The tasks whose curves the paper shows. */
  readonly shown: readonly TaskId[];
  /** What differs from Table 1's budget. */
  readonly changes: Readonly<Record<ScaleId, Readonly<Record<BudgetId, Partial<Budget>>>>>;
};

/** Id of the stage that validates what the trainings start from. */
export const startStageId = (task: string, seed: number): string => `start-${task}-seed${seed}`;
