/** What Fig. 6 and Fig. 9 are rendered from: per model and task, what is taken from the condition and what leaks. */
import {
  type Cell,
  cellsOf,
  LITTLE_DIFFERENCE,
  type MeanInterval,
  type ResampledCells,
  resampledInterval,
  signedPercent,
} from "../../../lib/report/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import { BY_ENCODER, LEAK_SCORE } from "../../setting/score_names.ts";
import { INSTANT_STYLE, TARGETS, USE_ROWS } from "./use_rows.ts";

/** The score of what should be taken, by the data's generator, which knows the truth: name by task. */
export type TakenScores = Readonly<Record<string, string>>;

/** Name of style's leak by a second tower, the conditioning encoder. */
export const LEAK_BY_ENCODER = `${LEAK_SCORE}${BY_ENCODER}` as const;

/** What style's leak is, in a caption's words. */
export const STYLE_LEAK: string =
  "share in which the judge ranks the condition's object first among the names of all objects";

/** How much more of the condition leaks than is in the target itself. */
export interface Leak extends MeanInterval {
  /** The model. */
  readonly row: string;
  /** The task. */
  readonly task: TaskId;
}

/** The content of fig6's and fig9's results. */
export interface UsesContent {
  /** Rows, in the order of the figure. */
  readonly rows: readonly string[];
  /** The score of what should be taken, by task. */
  readonly taken: TakenScores;
  /** Means of all scores. */
  readonly cells: readonly Cell[];
  /** Excess over the targets' own; none where a task has nothing to leak, or no targets were measured. */
  readonly leaks: readonly Leak[];
}

/** Gathers the content. */
export function usesContent(
  resampled: ResampledCells,
  options: {
    readonly rows: readonly string[];
    readonly tasks: readonly TaskId[];
    readonly taken: TakenScores;
  },
): UsesContent {
  const { rows, tasks, taken } = options;
  // What leaks is read from the targets' own.
  const read = rows.includes(TARGETS) ? rows.filter((row) => row !== TARGETS) : [];
  const leaks = read.flatMap((row) =>
    tasks.flatMap((task): Leak[] => {
      const found = resampledInterval(resampled, (mean) =>
        mean(row, task, LEAK_SCORE) - mean(TARGETS, task, LEAK_SCORE));
      return found === undefined ? [] : [{ row, task, ...found }];
    })
  );
  return { rows, taken, cells: cellsOf(resampled), leaks };
}

const percent = (value: number) => signedPercent(value, 1);

/**
 * What the baseline InstantStyle does beyond the prompt alone, in a caption's sentence: its relative difference in CLIP-S, and a warning where
 * none is found (the interval has 0 in it) or it is very little (the interval lies within the paper's margin for that).
 *
 * @returns "" when a row was not measured.
 */
export function instantStyleNote(resampled: ResampledCells): string {
  const found = resampledInterval(
    resampled,
    (mean) => mean(INSTANT_STYLE, "style", "CLIP-S") / mean(USE_ROWS.promptAlone.row, "style", "CLIP-S") - 1,
  );
  if (found === undefined) return "";
  const { mean, low, high } = found;
  const differs = `In CLIP-S InstantStyle differs from the prompt alone by ${percent(mean)}`;
  if (low === null || high === null) return `${differs}.`;
  const little = Math.max(-low, high) <= LITTLE_DIFFERENCE;
  const warning = little
    ? ": in this base model its layers do hardly anything, which makes it no baseline"
    : low <= 0 && high >= 0
    ? ": no difference is found"
    : "";
  return `${differs} [${percent(low)}, ${percent(high)}]${warning}.`;
}
