/**
 * The paper's statements about Table 1 (Sec. 4.2, 4.3 and the table's caption): quantities computed from the cell means and the region they must
 * lie in; the same code computes them from the printed numbers and from ours. Margins: lib/report/margins.ts.
 */
import {
  average,
  LITTLE_DIFFERENCE,
  type Means,
  ON_PAR_MARGIN,
  pairDifferences,
  PAPER_COLUMNS,
  PAPER_TASKS,
  type PaperRow,
  PERCENT,
  printed,
  type Region,
  relative,
  type ResampledCells,
  resampledIntervals,
  type Statement,
  type StatementText,
  type Table1Column,
  type TrainingRun,
} from "../../../lib/report/mod.ts";
import { FIXED, JOINT, SINGLE_TASK } from "./rows.ts";
import { TRAINING_COST } from "./training_cost.ts";

/** What the statements are judged by. */
export interface Table1Evidence {
  readonly resampled: ResampledCells;
  readonly training: readonly TrainingRun[];
}

/** A statement about cells of Table 1: one or more quantities, computed alike from the printed means and from ours. */
function aboutCells(
  about: StatementText & { readonly region: Region; readonly values: (means: Means) => readonly number[] },
): Statement<Table1Evidence> {
  const { values, ...statement } = about;
  return {
    ...statement,
    paper: values(printed),
    wording: PERCENT,
    measure({ resampled }) {
      const found = resampledIntervals(
        resampled,
        (mean) => values((row, { task, metric }) => mean(row, task, metric)),
      );
      if (found.quantities !== undefined) {
        return { quantities: found.quantities, evidence: `${found.items} items per task` };
      }
      const { missing } = found;
      return {
        quantities: [],
        evidence: missing === undefined
          ? "a score to compare with is zero"
          : `${missing.row}, ${missing.task}, ${missing.metric}`,
      };
    },
  };
}

const ofColumns = (columns: readonly Table1Column[], a: PaperRow, b: PaperRow) => (means: Means) => [
  average(columns.map((column) => relative(means, a, b, column))),
];

function orderStatement(column: Table1Column): Statement<Table1Evidence> {
  const { task, metric } = column;
  const ahead: PaperRow = printed(JOINT, column) > printed(SINGLE_TASK, column) ? JOINT : SINGLE_TASK;
  const behind: PaperRow = ahead === JOINT ? SINGLE_TASK : JOINT;
  return aboutCells({
    id: `${ahead === JOINT ? "joint" : "single"}-ahead-${task}-${metric.toLowerCase()}`,
    section: "Table 1",
    statement: `On ${task} ${metric} the ${
      ahead === JOINT ? "joint model" : "single-task model"
    } is ahead of the ${ahead === JOINT ? "single-task model" : "joint model"}.`,
    quantity: `relative difference, ${ahead} against ${behind}`,
    values: ofColumns([column], ahead, behind),
    region: { low: 0 },
  });
}

/** Of every column, which of the two models the paper prints ahead. */
export const ORDER_STATEMENTS: readonly {
  readonly column: Table1Column;
  readonly statement: Statement<Table1Evidence>;
}[] = PAPER_COLUMNS.map((column) => ({ column, statement: orderStatement(column) }));

/** The statements, in the paper's order. */
export const TABLE1_STATEMENTS: readonly Statement<Table1Evidence>[] = [
  aboutCells({
    id: "joint-on-par",
    section: "4.2",
    statement: "One joint model is on par with, or slightly better than, the five single-task models.",
    quantity: "mean relative difference over ten columns, instruct against single-task",
    values: ofColumns(PAPER_COLUMNS, JOINT, SINGLE_TASK),
    region: { low: -ON_PAR_MARGIN },
  }),
  ...PAPER_TASKS.map((task) => {
    const columns = PAPER_COLUMNS.filter((column) => column.task === task);
    return aboutCells({
      id: `joint-on-par-${task}`,
      section: "4.2",
      statement:
        `On the ${task} task the joint model is on par with, or better than, the model trained for it alone.`,
      quantity: "mean relative difference over the task's two columns, instruct against single-task",
      values: ofColumns(columns, JOINT, SINGLE_TASK),
      region: { low: -ON_PAR_MARGIN },
    });
  }),
  aboutCells({
    id: "joint-slightly-better",
    section: "4.2",
    statement: "Averaged over the table, the joint model is slightly better than the single-task models.",
    quantity: "mean relative difference over ten columns, instruct against single-task",
    values: ofColumns(PAPER_COLUMNS, JOINT, SINGLE_TASK),
    region: { low: 0 },
  }),
  ...ORDER_STATEMENTS.map(({ statement }) => statement),
  aboutCells({
    id: "random-beats-fixed",
    section: "4.3",
    statement: "Random instructions are more effective than one fixed instruction per task.",
    quantity: "mean relative difference over ten columns, instruct against fixed",
    values: ofColumns(PAPER_COLUMNS, JOINT, FIXED),
    region: { low: 0 },
  }),
  aboutCells({
    id: "very-little-difference",
    section: "Table 1, caption",
    statement: "There is very little quantitative difference between the three rows.",
    quantity: "largest relative difference between two rows in any column",
    values: pairDifferences,
    region: { high: LITTLE_DIFFERENCE },
  }),
  TRAINING_COST,
];
