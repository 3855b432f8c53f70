/** The paper's printed numbers, our results beside them, and a verdict on each of its statements. */
export {
  PAPER_COLUMNS,
  PAPER_TABLE1,
  PAPER_TASKS,
  type PaperRow,
  paperValue,
  ROW_LABELS,
  TABLE1_COLUMNS,
  TABLE1_ROWS,
  type Table1Column,
  type Table1Row,
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
export { type Claim, LITTLE_DIFFERENCE, type Means, ON_PAR_MARGIN, TABLE1_CLAIMS } from "./table1_claims.ts";
export { type ClaimState, claimStates, PAPER_CLAIMS, type PaperClaim } from "./claims.ts";
export type { Check, Checked, Finding, Findings, Outcome } from "./checked.ts";
export type { CheckName, Explanation } from "./explanations.ts";
export { CHECKS, explain, type Explained } from "./explanation.ts";
export { EXPLANATIONS } from "./explanations.ts";
export { minimalDetectable } from "./cell_checks.ts";
export { scoreAt } from "./training_checks.ts";
export { type Found, judgeStatement, judgeStatements, type Statement } from "./statement.ts";
export { CURVE_STATEMENTS, judgeCurves } from "./curve_claims.ts";
export { orNull } from "./mean_interval.ts";
export type { ClaimVerdict, Verdict } from "./claim_verdict.ts";
export { judgeClaim, judgeTable1, judgeTrainingCost, TRAINING_COST, verdictOf } from "./judge.ts";
export { latexText, table1Csv, table1Heading, table1Latex, table1Markdown } from "./table.ts";
export { breakLines, claimsText, table1Text } from "./table_text.ts";
export {
  FIGURE_SCHEMA,
  type FigureResult,
  intervalNote,
  settingNote,
  type StoredFigure,
} from "./figure_result.ts";
export {
  type ArchitectureContent,
  type ArchitecturePart,
  type ArchitectureSize,
  type ArchitectureStage,
  countsOf,
  partOf,
  productsOf,
  sizesOf,
} from "./architecture.ts";
export { compactCount } from "./compact_count.ts";
export {
  type Curve,
  CURVE_ROWS,
  curvesBySeed,
  curvesOf,
  gainReached,
  REACHED,
  type SeedCurve,
  type SeedScores,
  type TrainingCurves,
} from "./curve_speed.ts";
export { drawFigure, DRAWN_FIGURES } from "./draw_figure.ts";
export { type DatasetExample, type DatasetExamples, exampleSheet } from "./example_sheet.ts";
export { INSTRUCTION_INK, pictureSheet } from "./picture_sheet.ts";
export { type CellMean, drawnInterval } from "./drawn_interval.ts";
export { INSTANT_STYLE, TARGETS } from "./use_rows.ts";
export {
  instantStyleNote,
  type Leak,
  LEAK_BY_ENCODER,
  styleLeak,
  type TakenScores,
  type UsesContent,
  usesContent,
} from "./uses.ts";
export {
  judgeLikeness,
  judgeUses,
  LEAKS_MORE,
  LIKENESS_STATEMENTS,
  PARTIAL_TASKS,
  USE_STATEMENTS,
  withLeaksMore,
} from "./use_claims.ts";
export { USE_LABELS, useDrawings } from "./use_bars.ts";
export {
  COMBINATION_LABELS,
  COMBINATION_STATEMENTS,
  type CombinationContent,
  combinationContent,
  COMBINATIONS,
  COMBINED_TASKS,
  CONTROL_SCORE,
  judgeCombinations,
  LORA_SCORE,
} from "./combinations.ts";
export { combinationDrawings } from "./combination_bars.ts";
export {
  judgeRewording,
  REWORDING_STATEMENTS,
  type RewordingContent,
  rewordingContent,
  type ScoreSpread,
  SPACES,
  type VarianceRatio,
} from "./rewording.ts";
export { rewordingDrawings } from "./rewording_bars.ts";
export {
  ADVISED,
  judgeScale,
  SCALE_STATEMENTS,
  type ScaleContent,
  scaleContent,
  type ScaleCurve,
  scaleRow,
} from "./scale_trade.ts";
export { ABLATION_LABELS, ABLATION_SHEET, ablationDrawings } from "./ablation_bars.ts";
export {
  ABLATION_STATEMENTS,
  type AblationDifference,
  type AblationsContent,
  ablationsContent,
  type AblationScore,
  COLOUR_SCORES,
  JOINT,
  judgeAblations,
  type LeftOut,
  TELLINGS,
} from "./ablations.ts";
export { scaleCurves } from "./scale_curves.ts";
export { figureText } from "./figure_text.ts";
export { injectionDiagram } from "./injection_diagram.ts";
export { INSTRUCTION_STATEMENTS, isInside, judgeInstructions } from "./instruction_claims.ts";
export { formatMapPoints, readMapPoints } from "./map_points.ts";
export { instructionMaps } from "./instruction_maps.ts";
export type {
  CorpusSpace,
  FixedPlace,
  InstructionSpace,
  LayoutQuality,
  MapPoint,
  MeanInterval,
} from "./instruction_space.ts";
export { projectionDiagram } from "./projection_diagram.ts";
export { trainingCurves } from "./training_curves.ts";
export { PAPER_ITEMS, type PaperItem } from "./paper_figures.ts";
export {
  type KnownExperiment,
  type ReportEntry,
  reportHtml,
  reportMarkdown,
  type ReportOptions,
  timeText,
} from "./report_page.ts";
export { readFigure, showFigure, type ShownDrawing, storedRun } from "./read_figure.ts";
export { readTable1, type StoredTable1 } from "./read_result.ts";
export { claimsTable, table1Figure, table1Table } from "./table1_display.ts";
