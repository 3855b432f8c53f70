/** What statements about the adapters in use are judged by. */
import {
  average,
  type CellMean,
  type Measured,
  measured,
  PAPER_TASKS,
  type ResampledCells,
  resampledInterval,
} from "../../../lib/report/mod.ts";
import { mainModel, type ScaleId } from "../../setting/scales.ts";
import { JOINT } from "../table1/rows.ts";
import { COMMITTED } from "./use_rows.ts";
import type { TakenScores } from "./uses.ts";
import { type TaskId, taskOf } from "../../../lib/tasks/mod.ts";

/** The paper's tasks that take one thing and leave the rest: of these something may leak. */
export const PARTIAL_TASKS: readonly TaskId[] = PAPER_TASKS.filter((task) => taskOf(task).leak !== null);

/** The joint model that statements about the paper's main model are of. */
export interface MainModel {
  readonly row: string;
  /** Words for it. */
  readonly name: string;
  /** Whether it was trained for longer than Table 1's joint model, rather than being that one. */
  readonly trainedLonger: boolean;
}

/** The main model of a scale. */
export const mainModelOf = (scale: ScaleId): MainModel =>
  mainModel(scale) === "committed"
    ? { row: COMMITTED, name: "the committed joint adapter", trainedLonger: true }
    : { row: JOINT, name: "Table 1's joint model", trainedLonger: false };

/** Cells of all rows, the score of what should be taken, by task, and which row is the main model. */
export interface UseEvidence {
  readonly resampled: ResampledCells;
  readonly taken: TakenScores;
  readonly main: MainModel;
}

/** A score of one row less that of another, mean over {@link PARTIAL_TASKS}. */
export const differenceOf = (
  mean: CellMean,
  [more, less]: readonly [string, string],
  score: (task: TaskId) => string,
): number =>
  average(PARTIAL_TASKS.map((task) => mean(more, task, score(task)) - mean(less, task, score(task))));

/** A number computed from the cells, with its interval; `of` says which joint model it is of. */
export function overUses(
  { resampled }: UseEvidence,
  compute: (mean: CellMean) => number,
  of?: string,
): Measured {
  const items = `${Math.min(...resampled.items)} items per task, paired`;
  return measured(resampledInterval(resampled, compute), of === undefined ? items : `${of}; ${items}`);
}
