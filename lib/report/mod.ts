/** What is general of results: the paper's printed numbers, cells with intervals, statements with verdicts, explanations, tables, the report page. */
export { BUDGET_IDS, type BudgetId, type ResultSetting, SCALE_IDS, type ScaleId } from "./result_setting.ts";
export {
  PAPER_COLUMNS,
  PAPER_TABLE1,
  PAPER_TASKS,
  type PaperRow,
  paperValue,
  ROW_FACTS,
  TABLE1_COLUMNS,
  TABLE1_ROWS,
  type Table1Column,
  type Table1Row,
} from "./paper_table1.ts";
export {
  type Cell,
  cellIn,
  type CellName,
  cellsOf,
  interned,
  resampleCells,
  type ResampledCells,
  type SampleRow,
} from "./cells.ts";
export { rowLabel, shownRows } from "./table1_rows.ts";
export {
  type CommittedTraining,
  type MetricNote,
  RESULT_SCHEMA,
  type Table1Cell,
  table1Cells,
  type Table1Result,
  type Table1Sample,
  type TrainingRun,
  type ValidationPoint,
} from "./table1_result.ts";
export type { Provenance, StageJob } from "./provenance.ts";
export type {
  Commit,
  Count,
  NonEmptyText,
  PositiveCount,
  Seconds,
  Seed,
  Seeds,
  SeveralCount,
  Sha256,
  Share,
  Tasks,
} from "./units.ts";
export {
  LITTLE_DIFFERENCE,
  LITTLE_SCORE,
  type Means,
  ON_PAR_MARGIN,
  pairDifferences,
  printed,
  relative,
} from "./margins.ts";
export { claimsOf, type ClaimState, claimStates, type PaperClaim, type PaperItem } from "./paper_item.ts";
export { above, decimal, intervalOf, missing, opposite, unreadable } from "./checked.ts";
export {
  type Check,
  type Checked,
  explain,
  type Explained,
  type Explanation,
  type Finding,
  type Findings,
  type JudgedClaim,
  type Outcome,
} from "./explanation.ts";
export {
  type ClaimVerdict,
  judge,
  judgeAll,
  type Measured,
  measured,
  PERCENT,
  type Region,
  signedPercent,
  type Statement,
  type StatementText,
  type Verdict,
  verdictOf,
  type Wording,
} from "./statement.ts";
export { average, type MeanInterval, studentInterval } from "./mean_interval.ts";
export { type Term, weightedInterval } from "./weighted_interval.ts";
export {
  type CellMean,
  type Resampled,
  resampledInterval,
  resampledIntervals,
} from "./resampled_interval.ts";
export {
  type AspectScores,
  averagedOverNoises,
  COLUMN_RIVALS,
  CONTROL_PLACES,
  type ControlAnchor,
  controlEntries,
  type ControlEntry,
  controlEntry,
  type ControlHeadline,
  controlHeadlines,
  controlOf,
  type ControlPlace,
  type ControlSample,
  isAsked,
  isLeft,
  scoreName,
  type Scorer,
  SCORERS,
  targetSamples,
  withAnchors,
} from "./control_matrix.ts";
export { latexText, table1Csv, table1Latex, table1Markdown } from "./table.ts";
export { breakLines, claimsText, table1Text } from "./table_text.ts";
export {
  FIGURE_SCHEMA,
  type FigureEnvelope,
  type FigureResult,
  intervalNote,
  settingNote,
  type StoredFigure,
} from "./figure_result.ts";
export { INSTRUCTION_INK, pictureSheet, sheetZoom } from "./picture_sheet.ts";
export { errorBars, type IntervalBar, intervalBars, intervalSeries } from "./interval_bars.ts";
export { type PanelPlace, panelPlaces } from "./panels.ts";
export { figureText } from "./figure_text.ts";
export { type ReportEntry, reportHtml, reportMarkdown, type ReportOptions } from "./report_page.ts";
export { readFigure } from "./read_figure.ts";
export { presentRuns, runNames, type StoredRun, storedRuns, storedTables } from "./stored_runs.ts";
export { readTable1, type StoredTable1 } from "./read_result.ts";
export { claimsTable, table1Figure, table1Table } from "./table1_display.ts";
