/** What Fig. 6 and Fig. 9 are drawn from: per model and task, what is taken from the condition and what leaks. */
import { drawnInterval } from "./drawn_interval.ts";
import type { MeanInterval } from "./instruction_space.ts";
import { type Cell, cellsOf, type Table1Draws } from "./table1_result.ts";
import { TARGETS } from "./use_rows.ts";

/** The score of what should be taken, by the data's generator, which knows the truth: name by task. */
export type TakenScores = Readonly<Record<string, string>>;

/** How much more of the condition leaks than is in the target itself. */
export interface Leak extends MeanInterval {
  /** The model. */
  readonly row: string;
  /** The task. */
  readonly task: string;
}

/** The content of fig6's and fig9's results. */
export interface UsesContent {
  /** Rows, in the order of drawing. */
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
  draws: Table1Draws,
  options: {
    readonly rows: readonly string[];
    readonly tasks: readonly string[];
    readonly taken: TakenScores;
  },
): UsesContent {
  const { rows, tasks, taken } = options;
  const leaks = rows.filter((row) => row !== TARGETS).flatMap((row) =>
    tasks.flatMap((task): Leak[] => {
      const found = drawnInterval(draws, (mean) => mean(row, task, "leak") - mean(TARGETS, task, "leak"));
      return found === undefined ? [] : [{ row, task, ...found }];
    })
  );
  return { rows, taken, cells: cellsOf(draws), leaks };
}
