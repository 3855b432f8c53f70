/** What `reproduce table1` stores: result.json and samples.jsonl, described for other readers by results/result.schema.json. */
import type { Cell } from "./cells.ts";
import type { Provenance } from "./provenance.ts";
import type { ResultSetting } from "./result_setting.ts";
import type { ClaimVerdict } from "./statement.ts";
import type { Count, Seconds } from "./units.ts";

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

/** One score of a model on the validation split during its training. */
export interface ValidationPoint {
  /** Row of the table, one of `TABLE1_ROWS`. */
  readonly row: string;
  /** One of the five tasks. */
  readonly task: string;
  /** Training seed. */
  readonly seed: number;
  /** Training steps done. */
  readonly step: number;
  /** Name of the score. */
  readonly metric: string;
  /** Mean over the samples. */
  readonly mean: number;
  /** Number of samples. */
  readonly n: Count;
}

/** One finished training. */
export interface TrainingRun {
  /** Row of the table, one of `TABLE1_ROWS`. */
  readonly row: string;
  /** The one task of a single-task model; null for models of all tasks. */
  readonly task: string | null;
  /** Training seed. */
  readonly seed: number;
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
  readonly cells: readonly Cell[];
  /** The paper's statements with verdicts. */
  readonly claims: readonly ClaimVerdict[];
  /** The trainings behind the numbers, but the committed adapter's. */
  readonly training: readonly TrainingRun[];
  /** Of the row "committed"; absent where it was not scored. */
  readonly committed?: CommittedTraining;
}
