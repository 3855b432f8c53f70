/**
 * The paper's statements about Table 1 (Sec. 4.2, 4.3 and the table's caption) as data. A claim is one or more quantities computed from
 * the cell means and the region they must lie in; the same code computes them from the printed numbers and from ours.
 *
 * Margins come from the printed numbers, never from ours: "on par" allows the largest loss the paper itself calls on par
 * (composition CLIP-I, −3.48 %, rounded up to 3.5 %), "very little difference" the largest difference it prints between two rows (object
 * CLIP-I, 4.82 %, rounded up to 5 %).
 *
 * Statements that need other experiments are beside their figures; lib/report/claims.ts has all.
 */
import { PAPER_COLUMNS, PAPER_TASKS, type PaperRow, paperValue, type Table1Column } from "./paper_table1.ts";

/** The mean of a cell. */
export type Means = (row: PaperRow, column: Table1Column) => number;

/** A statement of the paper about cells of Table 1. */
export interface Claim {
  /** Short name. */
  readonly id: string;
  /** Where the paper says it. */
  readonly section: string;
  /** What it says, in our words. */
  readonly statement: string;
  /** What is computed. */
  readonly quantity: string;
  /** The columns that must have been measured, in all rows of `rows`. */
  readonly columns: readonly Table1Column[];
  /** The rows compared. */
  readonly rows: readonly PaperRow[];
  /** The quantities; every one must lie in the region. */
  readonly values: (means: Means) => readonly number[];
  /** Where a supported claim's values lie. */
  readonly region: { readonly low: number; readonly high: number };
}

const relative = (means: Means, a: PaperRow, b: PaperRow, column: Table1Column) =>
  (means(a, column) - means(b, column)) / Math.abs(means(b, column));
/** The arithmetic mean. */
export const average = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
/** The means as printed. */
export const printed: Means = (row, { task, metric }) => paperValue(row, task, metric) as number;

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
const pairDifferences = (means: Means) =>
  ROW_PAIRS.flatMap(([a, b]) => PAPER_COLUMNS.map((column) => Math.abs(relative(means, a, b, column))));
/** Largest difference between two printed rows, which the caption calls "very little", 4.82 %, rounded up: 0.05. */
export const LITTLE_DIFFERENCE: number = roundedUp(Math.max(...pairDifferences(printed)));

const LABELS: Readonly<Record<PaperRow, string>> = {
  "single-task": "single-task",
  instruct: "instruct",
  fixed: "fixed",
};
const ofColumns = (columns: readonly Table1Column[], a: PaperRow, b: PaperRow) => (means: Means) => [
  average(columns.map((column) => relative(means, a, b, column))),
];

function orderClaim(column: Table1Column): Claim {
  const { task, metric } = column;
  const ahead: PaperRow = printed("instruct", column) > printed("single-task", column)
    ? "instruct"
    : "single-task";
  const behind: PaperRow = ahead === "instruct" ? "single-task" : "instruct";
  return {
    id: `${ahead === "instruct" ? "joint" : "single"}-ahead-${task}-${metric.toLowerCase()}`,
    section: "Table 1",
    statement: `On ${task} ${metric} the ${
      ahead === "instruct" ? "joint model" : "single-task model"
    } is ahead of the ${ahead === "instruct" ? "single-task model" : "joint model"}.`,
    quantity: `relative difference, ${LABELS[ahead]} against ${LABELS[behind]}`,
    columns: [column],
    rows: [ahead, behind],
    values: ofColumns([column], ahead, behind),
    region: { low: 0, high: Infinity },
  };
}

/** All claims judged from cells, in the paper's order. */
export const TABLE1_CLAIMS: readonly Claim[] = [
  {
    id: "joint-on-par",
    section: "4.2",
    statement: "One joint model is on par with, or slightly better than, the five single-task models.",
    quantity: "mean relative difference over ten columns, instruct against single-task",
    columns: PAPER_COLUMNS,
    rows: ["instruct", "single-task"],
    values: ofColumns(PAPER_COLUMNS, "instruct", "single-task"),
    region: { low: -ON_PAR_MARGIN, high: Infinity },
  },
  ...PAPER_TASKS.map((task): Claim => {
    const columns = PAPER_COLUMNS.filter((column) => column.task === task);
    return {
      id: `joint-on-par-${task}`,
      section: "4.2",
      statement:
        `On the ${task} task the joint model is on par with, or better than, the model trained for it alone.`,
      quantity: "mean relative difference over the task's two columns, instruct against single-task",
      columns,
      rows: ["instruct", "single-task"],
      values: ofColumns(columns, "instruct", "single-task"),
      region: { low: -ON_PAR_MARGIN, high: Infinity },
    };
  }),
  {
    id: "joint-slightly-better",
    section: "4.2",
    statement: "Averaged over the table, the joint model is slightly better than the single-task models.",
    quantity: "mean relative difference over ten columns, instruct against single-task",
    columns: PAPER_COLUMNS,
    rows: ["instruct", "single-task"],
    values: ofColumns(PAPER_COLUMNS, "instruct", "single-task"),
    region: { low: 0, high: Infinity },
  },
  ...PAPER_COLUMNS.map(orderClaim),
  {
    id: "random-beats-fixed",
    section: "4.3",
    statement: "Random instructions are more effective than one fixed instruction per task.",
    quantity: "mean relative difference over ten columns, instruct against fixed",
    columns: PAPER_COLUMNS,
    rows: ["instruct", "fixed"],
    values: ofColumns(PAPER_COLUMNS, "instruct", "fixed"),
    region: { low: 0, high: Infinity },
  },
  {
    id: "very-little-difference",
    section: "Table 1, caption",
    statement: "There is very little quantitative difference between the three rows.",
    quantity: "largest relative difference between two rows in any column",
    columns: PAPER_COLUMNS,
    rows: ["single-task", "instruct", "fixed"],
    values: pairDifferences,
    region: { low: -Infinity, high: LITTLE_DIFFERENCE },
  },
];
