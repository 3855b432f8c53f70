/**
 * What the paper's words mean in numbers. Margins come from the printed numbers, never from ours: "on par" allows the largest loss the paper itself
 * calls on par (composition CLIP-I, −3.48 %, rounded up to 3.5 %), "very little difference" the largest difference it prints between two rows
 * (object CLIP-I, 4.82 %, rounded up to 5 %).
 */
import { PAPER_COLUMNS, type PaperRow, paperValue, type Table1Column } from "./paper_table1.ts";

/** The mean of a cell of Table 1. */
export type Means = (row: PaperRow, column: Table1Column) => number;

/** The means as printed. */
export function printed(row: PaperRow, { task, metric }: Table1Column): number {
  return paperValue(row, task, metric) as number;
}

/** Relative difference of a row from another in a column. */
export const relative = (means: Means, a: PaperRow, b: PaperRow, column: Table1Column): number =>
  (means(a, column) - means(b, column)) / Math.abs(means(b, column));

/** The next half per cent above a printed difference, so that the paper itself does not stand on the edge. */
const roundedUp = (share: number) => Math.ceil(share * 200) / 200;

/** Largest loss against the single-task models that the paper calls "on par", 3.48 %, rounded up: 0.035. */
export const ON_PAR_MARGIN: number = roundedUp(
  Math.max(...PAPER_COLUMNS.map((column) => -relative(printed, "instruct", "single-task", column))),
);

const ROW_PAIRS: readonly (readonly [PaperRow, PaperRow])[] = [
  ["instruct", "single-task"],
  ["fixed", "single-task"],
  ["instruct", "fixed"],
];

/** Sizes of the relative differences between two rows, all pairs and columns. */
export const pairDifferences = (means: Means): number[] =>
  ROW_PAIRS.flatMap(([a, b]) => PAPER_COLUMNS.map((column) => Math.abs(relative(means, a, b, column))));

/** Largest difference between two printed rows, which the caption calls "very little", 4.82 %, rounded up: 0.05. */
export const LITTLE_DIFFERENCE: number = roundedUp(Math.max(...pairDifferences(printed)));

/**
 * "Very little" for scores from 0 to 1 of which the paper prints none: shares kept, F1, likeness. The number of {@link LITTLE_DIFFERENCE}, but
 * as an absolute difference: 0.05.
 */
export const LITTLE_SCORE: number = LITTLE_DIFFERENCE;
