/** What `reproduce table1` stores: result.json and samples.jsonl, described for other readers by results/result.schema.json. */
import type { TaskId } from "../tasks/mod.ts";
import { type Cell, cellsOf, type ResampledCells, type SampleRow } from "./cells.ts";
import { type Table1Row, table1Row } from "./paper_table1.ts";
import type { Provenance } from "./provenance.ts";
import type { ResultSetting } from "./result_setting.ts";
import type { ClaimVerdict } from "./statement.ts";
import type { Count, NonEmptyText, PositiveCount, Seconds, Seed } from "./units.ts";

/** Version of the layout of result.json. */
export const RESULT_SCHEMA = "ipadapter-instruct/result/1";

/** What a metric name stands for. */
export interface MetricNote {
  /** Definition with its factor, in one sentence. */
  readonly definition: string;
  /** Which encoder or oracle measured it. */
  readonly by: string;
  /** Direction: always true in Table 1. */
  readonly higherIsBetter: boolean;
}

/** A cell of our Table 1. */
export interface Table1Cell extends Cell {
  /** Row of the table. */
  readonly row: Table1Row;
}

/** The cells of our Table 1: its columns first, further metrics after them. @throws RangeError for a row it does not have. */
export const table1Cells = (resampled: ResampledCells): Table1Cell[] =>
  cellsOf(resampled).map((cell) => ({ ...cell, row: table1Row(cell.row) }));

/** A line of its samples.jsonl. */
export interface Table1Sample extends SampleRow {
  /** Row of the table. */
  readonly row: Table1Row;
}

/** One score of a model on the validation split during its training. */
export interface ValidationPoint {
  /** Row of the table. */
  readonly row: Table1Row;
  /** One of the five tasks. */
  readonly task: TaskId;
  /** Training seed. */
  readonly seed: Seed;
  /** Training steps done. */
  readonly step: Count;
  /** Name of the score. */
  readonly metric: NonEmptyText;
  /** Mean over the samples. */
  readonly mean: number;
  /** Number of samples. */
  readonly n: PositiveCount;
}

/** One finished training. */
export interface TrainingRun {
  /** Row of the table. */
  readonly row: Table1Row;
  /** The one task of a single-task model; null for models of all tasks. */
  readonly task: TaskId | null;
  /** Training seed. */
  readonly seed: Seed;
  /** Training steps. */
  readonly steps: Count;
  /** Wall time. */
  readonly seconds: Seconds;
  /** The loss, averaged over the last steps: mean squared error of v at mini scale, of the predicted noise at the paper's. */
  readonly finalLoss: number;
}

/** How long the committed joint adapter was trained, before the run and apart from it. */
export interface CommittedTraining {
  /** Steps of all its trainings. */
  readonly steps: Count;
  /** Samples of a batch of the last one. */
  readonly batch: Count;
}

/** The content of result.json. */
export interface Table1Result extends ResultSetting {
  /** Layout version. */
  readonly schema: typeof RESULT_SCHEMA;
  /** Id of the experiment. */
  readonly experiment: "table1";
  /** Where the numbers come from. */
  readonly provenance: Provenance;
  /** What each score means. */
  readonly metrics: Readonly<Record<string, MetricNote>>;
  /** Means with intervals. */
  readonly cells: readonly Table1Cell[];
  /** The paper's statements with verdicts. */
  readonly claims: readonly ClaimVerdict[];
  /** The trainings behind the numbers, but the committed adapter's. */
  readonly training: readonly TrainingRun[];
  /** Of the row "committed"; absent where it was not scored. */
  readonly committed?: CommittedTraining;
}
