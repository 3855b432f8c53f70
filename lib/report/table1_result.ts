/** What `reproduce table1` stores: result.json and samples.jsonl, described for other readers by results/result.schema.json. */
import { bootstrapCells, bootstrapInterval, type CellDraws } from "../metrics/mod.ts";
import type { Key } from "../engine/random.ts";
import { TASKS } from "../tasks/mod.ts";
import { paperValue, TABLE1_COLUMNS, TABLE1_ROWS } from "./paper_table1.ts";
import type { ClaimVerdict } from "./claim_verdict.ts";

/** Version of the layout of result.json. */
export const RESULT_SCHEMA = "ipadapter-instruct/result/1";

/** One generated (or, in the row ground-truth, given) image and its scores: one line of samples.jsonl. */
export interface SampleRow {
  /** Row of the table, one of `TABLE1_ROWS`. */
  readonly row: string;
  /** One of the five tasks. */
  readonly task: string;
  /** Index of the item within the task's validation split. */
  readonly index: number;
  /** Training seed. */
  readonly seed: number;
  /** What the model was told; empty where it takes none. */
  readonly instruction: string;
  /** The user's text prompt. */
  readonly prompt: string;
  /** Keyed by the same metric names as the cells. */
  readonly scores: Readonly<Record<string, number>>;
}

/** The mean of one score over the samples of one row and task. */
export interface Cell {
  /** Row of the table, one of `TABLE1_ROWS`. */
  readonly row: string;
  /** One of the five tasks. */
  readonly task: string;
  /** Name of the score. */
  readonly metric: string;
  /** Mean over the samples. */
  readonly mean: number;
  /** Ends of the 95 % interval; null where a single item allows none. */
  readonly low: number | null;
  /** Upper end, likewise. */
  readonly high: number | null;
  /** Number of samples. */
  readonly n: number;
  /** The paper's printed number; null where it prints none. */
  readonly paper: number | null;
}

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
  readonly n: number;
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
  readonly steps: number;
  /** Wall time. */
  readonly seconds: number;
  /** The loss, averaged over the last steps: mean squared error of v at mini scale, of the predicted noise at the paper's. */
  readonly finalLoss: number;
}

/** Where numbers come from. */
export interface Provenance {
  /** Commit of the working tree when the newest stage was computed; null outside a git checkout. */
  readonly commit: string | null;
  /** Whether tracked files differed from the commit when any stage behind the result was computed; null where that is not known. */
  readonly dirty: boolean | null;
  /** Execution provider and processor. */
  readonly device: string;
  /** Threads at hand. */
  readonly threads: number;
  /** Versions by name of runtime and packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 over the data every number depends on. */
  readonly datasetHash: string;
  /** SHA-256 by path of the files that were read, the frozen parts' checkpoints among them; results before November 2026 do not say. */
  readonly dataFiles?: Readonly<Record<string, string>>;
  /** Seconds by stage id, of every stage behind the result; without `stageKeys`, of the summary's parents only. */
  readonly wallTimePerStage: Readonly<Record<string, number>>;
  /** Key by stage id: results that share a stage have the same key of it. A stage without seconds was gone from the cache. Older results do not say. */
  readonly stageKeys?: Readonly<Record<string, string>>;
  /** Bytes of memory, likewise. */
  readonly memory?: number;
  /** Name, release and architecture of the operating system, likewise. */
  readonly system?: string;
}

/** The content of result.json. */
export interface Table1Result {
  /** Layout version. */
  readonly schema: typeof RESULT_SCHEMA;
  /** Id of the experiment. */
  readonly experiment: "table1";
  /** mini or paper. */
  readonly scale: string;
  /** smoke, quick or full. */
  readonly budget: string;
  /** What scale and budget mean, in one line each, for headings. */
  readonly scaleNote: string;
  /** See `scaleNote`. */
  readonly budgetNote: string;
  /** Tasks measured. */
  readonly tasks: readonly string[];
  /** Training seeds. */
  readonly seeds: readonly number[];
  /** Where the numbers come from. */
  readonly provenance: Provenance;
  /** What each score means. */
  readonly metrics: Readonly<Record<string, MetricNote>>;
  /** Means with intervals. */
  readonly cells: readonly Cell[];
  /** The paper's statements with verdicts. */
  readonly claims: readonly ClaimVerdict[];
  /** The trainings behind the numbers. */
  readonly training: readonly TrainingRun[];
}

const cellName = (row: string, task: string, metric: string) => `${row}/${task}/${metric}`;

/** Cell means of a Table 1 with their bootstrap draws, found by row, task and metric. */
export interface Table1Draws extends CellDraws {
  /** Place of a cell in `cells`, `means` and each draw; undefined when not measured. */
  place(row: string, task: string, metric: string): number | undefined;
}

/**
 * Averages and resamples samples: items within each task, and seeds where there are several; all rows of a draw share its items.
 *
 * @throws RangeError when a sample occurs twice or a score is not finite.
 */
export function drawTable1(
  samples: readonly SampleRow[],
  options: { key: Key; resamples?: number },
): Table1Draws {
  const seen = new Set<string>();
  for (const { row, task, index, seed } of samples) {
    const name = `${row}/${task}/${index}/${seed}`;
    if (seen.has(name)) {
      throw new RangeError(`drawTable1() needs each sample once: got row/task/index/seed ${name} twice`);
    }
    seen.add(name);
  }
  const draws = bootstrapCells(
    samples.flatMap(({ row, task, index, seed, scores }) =>
      Object.entries(scores).map(([metric, value]) => ({
        cell: cellName(row, task, metric),
        stratum: task,
        item: index,
        seed,
        value,
      }))
    ),
    options,
  );
  const places = new Map(draws.cells.map((name, place) => [name, place]));
  return { ...draws, place: (row, task, metric) => places.get(cellName(row, task, metric)) };
}

const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);

/** Rank of a name in a list; unknown names come last. */
function rankIn(names: readonly string[], name: string): number {
  const rank = names.indexOf(name);
  return rank < 0 ? names.length : rank;
}

/** The cells of result.json: Table 1's columns first, further metrics (other encoder, oracle checks) after them. */
export function cellsOf(draws: Table1Draws): Cell[] {
  const cells = draws.cells.map((name, place): Cell => {
    const [row, task, metric] = splitName(name);
    const column = draws.draws.map((draw) => draw[place] as number);
    const { estimate, low, high } = bootstrapInterval(draws.means[place] as number, column, {
      items: draws.items[place] as number,
    });
    const n = draws.counts[place] as number;
    return {
      row,
      task,
      metric,
      mean: estimate,
      low: finiteOrNull(low),
      high: finiteOrNull(high),
      n,
      paper: paperValue(row, task, metric),
    };
  });
  const column = (cell: Cell) => {
    const place = TABLE1_COLUMNS.findIndex(({ task, metric }) =>
      task === cell.task && metric === cell.metric
    );
    return place < 0 ? TABLE1_COLUMNS.length + rankIn(TASKS, cell.task) : place;
  };
  return cells.sort((a, b) =>
    rankIn(TABLE1_ROWS, a.row) - rankIn(TABLE1_ROWS, b.row) || column(a) - column(b) ||
    (a.metric < b.metric ? -1 : a.metric > b.metric ? 1 : 0)
  );
}

function splitName(name: string): [row: string, task: string, metric: string] {
  const [row = "", task = "", ...metric] = name.split("/");
  return [row, task, metric.join("/")];
}
