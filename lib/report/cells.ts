/** Means of scores by row, task and metric, resampled together so that whatever is computed from several of them is paired. */
import type { Key } from "../engine/random.ts";
import { bootstrapCells, bootstrapInterval, type CellKey, type CellResamples } from "../metrics/mod.ts";
import { type TaskId, TASKS } from "../tasks/mod.ts";
import { orNull } from "./mean_interval.ts";
import { paperValue, TABLE1_COLUMNS, TABLE1_ROWS } from "./paper_table1.ts";
import type { Count, NonEmptyText, PositiveCount, Seed } from "./units.ts";

/** One generated (or, in the row ground-truth, given) image and its scores: one line of samples.jsonl. */
export interface SampleRow {
  /** Row of a table or figure. */
  readonly row: NonEmptyText;
  /** One of the five tasks. */
  readonly task: TaskId;
  /** Index of the item within the task's validation split. */
  readonly index: Count;
  /** Training seed. */
  readonly seed: Seed;
  /** The instruction given to the model; empty where it takes none. */
  readonly instruction: string;
  /** The user's text prompt. */
  readonly prompt: string;
  /**
   * Keyed by the same metric names as the cells.
   * @minProperties 1
   */
  readonly scores: Readonly<Record<string, number>>;
}

/** What names a cell. */
export interface CellName {
  /** Row of a table or figure. */
  readonly row: NonEmptyText;
  /** One of the five tasks. */
  readonly task: TaskId;
  /** Name of the score. */
  readonly metric: NonEmptyText;
}

/** The mean of one score over the samples of one row and task. */
export interface Cell extends CellName {
  /** Mean over the samples. */
  readonly mean: number;
  /** Ends of the 95 % interval; null where a single item allows none. */
  readonly low: number | null;
  /** Upper end, likewise. */
  readonly high: number | null;
  /** Number of samples. */
  readonly n: PositiveCount;
  /** The paper's printed number; null where it prints none. */
  readonly paper: number | null;
}

/** Gives equal names the same object, so that they can be keys of a map. */
export function interned<Name extends CellKey>(): (name: Name) => Name {
  const known = new Map<string, Name>();
  return (name) => {
    const text = JSON.stringify(name);
    const found = known.get(text) ?? name;
    known.set(text, found);
    return found;
  };
}

/** Means of cells with their bootstrap resamples. */
export interface ResampledCells extends CellResamples<CellName> {
  /** Place of a cell in `cells`, `means` and each resample; undefined when not measured. @throws RangeError for a row that there cannot be. */
  place(row: string, task: TaskId, metric: string): number | undefined;
}

/**
 * Averages and resamples samples: items within each task, and seeds where there are several; all rows of a resample share its items.
 *
 * @param options.rows the rows that there may be; any if absent.
 * @param options.stratum what items are of and resampled within; the task by default. Tasks of one stratum share their items.
 * @throws RangeError when a sample occurs twice, is of another row, or a score is not finite.
 */
export function resampleCells<Sample extends SampleRow>(
  samples: readonly Sample[],
  options: {
    key: Key;
    rows?: readonly string[];
    resamples?: number;
    stratum?: (sample: Sample) => string;
  },
): ResampledCells {
  const { rows, stratum = ({ task }: Sample) => task } = options;
  const known = (row: string) => {
    if (rows === undefined || rows.includes(row)) return;
    throw new RangeError(`A cell needs one of the rows ${rows.join(", ")}, got ${row}`);
  };
  const seen = new Set<string>();
  for (const sample of samples) {
    const { row, task, index, seed } = sample;
    known(row);
    const name = JSON.stringify([row, task, index, seed]);
    const unique = JSON.stringify([name, stratum(sample)]);
    if (seen.has(unique)) {
      throw new RangeError(
        `resampleCells() needs each sample once: got [row, task, index, seed] ${name} twice`,
      );
    }
    seen.add(unique);
  }
  const cellOf = interned<CellName>();
  const resampled = bootstrapCells<CellName>(
    samples.flatMap((sample) => {
      const { row, task, index, seed, scores } = sample;
      const within = stratum(sample);
      return Object.entries(scores).map(([metric, value]) => ({
        cell: cellOf({ row, task, metric }),
        stratum: within,
        item: index,
        seed,
        value,
      }));
    }),
    options,
  );
  const places = new Map<string, Map<TaskId, Map<string, number>>>();
  resampled.cells.forEach(({ row, task, metric }, place) => {
    const tasks = places.get(row) ?? new Map<TaskId, Map<string, number>>();
    const metrics = tasks.get(task) ?? new Map<string, number>();
    places.set(row, tasks.set(task, metrics.set(metric, place)));
  });
  return {
    ...resampled,
    place(row, task, metric) {
      known(row);
      return places.get(row)?.get(task)?.get(metric);
    },
  };
}

/** Rank of a name in a list; unknown names come last. */
function rankIn(names: readonly string[], name: string): number {
  const rank = names.indexOf(name);
  return rank < 0 ? names.length : rank;
}

/** The cells of a result: Table 1's columns first, further metrics (other encoder, oracle checks) after them. */
export function cellsOf(resampled: ResampledCells): Cell[] {
  const cells = resampled.cells.map(({ row, task, metric }, place): Cell => {
    const column = resampled.resamples.map((resample) => resample[place] as number);
    const { estimate, low, high } = bootstrapInterval(resampled.means[place] as number, column, {
      items: resampled.items[place] as number,
    });
    return {
      row,
      task,
      metric,
      mean: estimate,
      low: orNull(low),
      high: orNull(high),
      n: resampled.counts[place] as number,
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

/** A cell among many, by its name; undefined where it is not there. */
export function cellIn<Found extends CellName>(
  cells: readonly Found[],
  row: string,
  task: TaskId,
  metric: string | undefined,
): Found | undefined {
  return cells.find((cell) => cell.row === row && cell.task === task && cell.metric === metric);
}
