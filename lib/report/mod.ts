/** The paper's printed numbers, our results beside them, and a verdict on each of its statements. */
export {
  PAPER_TABLE1,
  type PaperRow,
  paperValue,
  ROW_LABELS,
  TABLE1_COLUMNS,
  TABLE1_ROWS,
  TABLE1_TASKS,
  type Table1Column,
  type Table1Metric,
  type Table1Row,
  type Table1Task,
} from "./paper_table1.ts";
export {
  type Cell,
  cellsOf,
  drawTable1,
  type MetricNote,
  type Provenance,
  RESULT_SCHEMA,
  type SampleRow,
  type Table1Draws,
  type Table1Result,
  type TrainingRun,
  type ValidationPoint,
} from "./table1_result.ts";
export { type Claim, LITTLE_DIFFERENCE, type Means, ON_PAR_MARGIN, TABLE1_CLAIMS } from "./claims.ts";
export { type ClaimVerdict, judgeClaim, judgeTable1, judgeTrainingCost, type Verdict } from "./judge.ts";
export { latexText, table1Csv, table1Heading, table1Latex, table1Markdown } from "./table.ts";
export { breakLines, claimsText, table1Text } from "./table_text.ts";
export { readTable1, type StoredTable1 } from "./read_result.ts";
export { claimsTable, table1Figure, table1Table } from "./table1_display.ts";
