/**
 * The paper's statements about Table 1 (Sec. 4.2, 4.3 and the table's caption) as data. A claim is one or more quantities computed from
 * the cell means and the region they must lie in; the same code computes them from the printed numbers and from ours.
 *
 * Verdict, by the 95 % interval of each quantity (paired bootstrap over items, see lib/metrics/bootstrap.ts):
 * all intervals inside the region: supported; any interval wholly outside: not supported; otherwise inconclusive. A claim of k
 * quantities widens each interval to 1 − 0.05/k (Bonferroni), so that many quantities are no more likely to contradict it by chance.
 *
 * Margins come from the printed numbers, never from ours: "on par" allows the largest loss the paper itself calls on par
 * (composition CLIP-I, −3.48 %, rounded up to 3.5 %), "very little difference" the largest difference it prints between two rows (object
 * CLIP-I, 4.82 %, rounded up to 5 %).
 *
 * Not here: training speed by step (Fig. 7), rewording (Fig. 8) and the qualitative statements (Fig. 6, 9, 10) need other experiments.
 */
import { bootstrapInterval } from "../metrics/mod.ts";
import {
  type PaperRow,
  paperValue,
  TABLE1_COLUMNS,
  TABLE1_TASKS,
  type Table1Column,
} from "./paper_table1.ts";
import type { Table1Draws, TrainingRun } from "./table1_result.ts";

/** Outcome of a claim. */
export type Verdict = "supported" | "not supported" | "inconclusive";

/** The mean of a cell. */
type Means = (row: PaperRow, column: Table1Column) => number;

/** A statement of the paper about cells of Table 1. */
export interface Claim {
  readonly id: string;
  /** Where the paper says it. */
  readonly section: string;
  /** What it says, in our words. */
  readonly statement: string;
  /** What is computed. */
  readonly quantity: string;
  /** The columns that must have been measured, in all rows of `rows`. */
  readonly columns: readonly Table1Column[];
  readonly rows: readonly PaperRow[];
  /** The quantities; every one must lie in the region. */
  readonly values: (means: Means) => readonly number[];
  readonly region: { readonly low: number; readonly high: number };
}

/** A claim judged by our numbers. */
export interface ClaimVerdict {
  readonly id: string;
  readonly section: string;
  readonly statement: string;
  readonly quantity: string;
  /** Ends of the region that means "supported"; null is unbounded. */
  readonly region: { readonly low: number | null; readonly high: number | null };
  /** The quantity from the paper's printed numbers; of several, the one nearest to leaving the region. Null when it prints none. */
  readonly paper: number | null;
  /** The quantity from our numbers (of several, likewise), and its interval; null when not measured or unbounded. */
  readonly ours: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: Verdict;
  /** What the verdict rests on, or what is missing. */
  readonly evidence: string;
}

const relative = (means: Means, a: PaperRow, b: PaperRow, column: Table1Column) =>
  (means(a, column) - means(b, column)) / Math.abs(means(b, column));
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const printed: Means = (row, { task, metric }) => paperValue(row, task, metric) as number;

/** The next half per cent above a printed difference, so that the paper itself does not stand on the edge. */
const roundedUp = (share: number) => Math.ceil(share * 200) / 200;

/** Largest loss against the single-task models that the paper calls "on par", 3.48 %, rounded up: 0.035. */
export const ON_PAR_MARGIN: number = roundedUp(
  Math.max(...TABLE1_COLUMNS.map((column) => -relative(printed, "instruct", "single-task", column))),
);
const ROW_PAIRS: readonly (readonly [PaperRow, PaperRow])[] = [
  ["instruct", "single-task"],
  ["fixed", "single-task"],
  ["instruct", "fixed"],
];
const pairDifferences = (means: Means) =>
  ROW_PAIRS.flatMap(([a, b]) => TABLE1_COLUMNS.map((column) => Math.abs(relative(means, a, b, column))));
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
    columns: TABLE1_COLUMNS,
    rows: ["instruct", "single-task"],
    values: ofColumns(TABLE1_COLUMNS, "instruct", "single-task"),
    region: { low: -ON_PAR_MARGIN, high: Infinity },
  },
  ...TABLE1_TASKS.map((task): Claim => {
    const columns = TABLE1_COLUMNS.filter((column) => column.task === task);
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
    columns: TABLE1_COLUMNS,
    rows: ["instruct", "single-task"],
    values: ofColumns(TABLE1_COLUMNS, "instruct", "single-task"),
    region: { low: 0, high: Infinity },
  },
  ...TABLE1_COLUMNS.map(orderClaim),
  {
    id: "random-beats-fixed",
    section: "4.3",
    statement: "Random instructions are more effective than one fixed instruction per task.",
    quantity: "mean relative difference over ten columns, instruct against fixed",
    columns: TABLE1_COLUMNS,
    rows: ["instruct", "fixed"],
    values: ofColumns(TABLE1_COLUMNS, "instruct", "fixed"),
    region: { low: 0, high: Infinity },
  },
  {
    id: "very-little-difference",
    section: "Table 1, caption",
    statement: "There is very little quantitative difference between the three rows.",
    quantity: "largest relative difference between two rows in any column",
    columns: TABLE1_COLUMNS,
    rows: ["single-task", "instruct", "fixed"],
    values: pairDifferences,
    region: { low: -Infinity, high: LITTLE_DIFFERENCE },
  },
];

const orNull = (value: number) => (Number.isFinite(value) ? value : null);
const percent = (value: number) => `${value < 0 ? "−" : "+"}${(100 * Math.abs(value)).toFixed(2)} %`;

/** Distance to the nearest end of the region, negative outside. */
const slack = (value: number, { low, high }: Claim["region"]) => Math.min(value - low, high - value);
const tightest = (values: readonly number[], region: Claim["region"]) =>
  values.reduce(
    (best, value, i) => (slack(value, region) < slack(values[best] as number, region) ? i : best),
    0,
  );

/** Judges one claim by resampled cell means. */
export function judgeClaim(claim: Claim, draws: Table1Draws): ClaimVerdict {
  const { id, section, statement, quantity, region, columns, rows } = claim;
  const paperValues = claim.values(printed);
  const paper = paperValues[tightest(paperValues, region)] as number;
  const base = {
    id,
    section,
    statement,
    quantity,
    region: { low: orNull(region.low), high: orNull(region.high) },
    paper,
  };
  const unknown = (evidence: string): ClaimVerdict => ({
    ...base,
    ours: null,
    low: null,
    high: null,
    verdict: "inconclusive",
    evidence,
  });
  const places = new Map<string, number>();
  for (const row of rows) {
    for (const { task, metric } of columns) {
      const place = draws.place(row, task, metric);
      if (place === undefined) return unknown(`not measured: ${row}, ${task}, ${metric}`);
      places.set(`${row}/${task}/${metric}`, place);
    }
  }
  const meansOf = (means: Float64Array): Means => (row, { task, metric }) =>
    means[places.get(`${row}/${task}/${metric}`) as number] as number;
  const estimates = claim.values(meansOf(draws.means));
  if (estimates.some((value) => !Number.isFinite(value))) return unknown("a score to compare with is zero");
  const drawn = draws.draws.map((means) => claim.values(meansOf(means)));
  const items = Math.min(...[...places.values()].map((place) => draws.items[place] as number));
  const level = 1 - 0.05 / estimates.length;
  const intervals = estimates.map((estimate, i) =>
    bootstrapInterval(estimate, drawn.map((values) => values[i] as number), { items, level })
  );
  const inside = intervals.every(({ low, high }) => low >= region.low && high <= region.high);
  const outside = intervals.some(({ low, high }) => high < region.low || low > region.high);
  const shown = intervals[tightest(estimates, region)] as (typeof intervals)[number];
  return {
    ...base,
    ours: shown.estimate,
    low: orNull(shown.low),
    high: orNull(shown.high),
    verdict: inside ? "supported" : outside ? "not supported" : "inconclusive",
    evidence: `paper ${percent(paper)}, ours ${percent(shown.estimate)} ` +
      (Number.isFinite(shown.low + shown.high)
        ? `[${percent(shown.low)}, ${percent(shown.high)}]`
        : "with no interval: a single item") +
      `, needs ${regionText(region)}, ${items} items per task`,
  };
}

function regionText({ low, high }: Claim["region"]): string {
  if (high === Infinity) return low === 0 ? "above 0" : `at least ${percent(low)}`;
  return `at most ${percent(high)}`;
}

/** What "drastically" less training time is taken to mean: under half. */
const DRASTIC = 0.5;

/**
 * Sec. 4.2: one joint training replaces five, "drastically" decreasing total training time. Judged by measured seconds: joint training over
 * the sum of the single-task trainings of the same seed. The range over seeds stands in for an interval; time is not resampled.
 */
export function judgeTrainingCost(training: readonly TrainingRun[]): ClaimVerdict {
  const ratios: number[] = [];
  for (const joint of training.filter(({ row }) => row === "instruct")) {
    const singles = training.filter(({ row, seed }) => row === "single-task" && seed === joint.seed);
    if (singles.length === TABLE1_TASKS.length) {
      ratios.push(joint.seconds / singles.reduce((sum, { seconds }) => sum + seconds, 0));
    }
  }
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  const known = ratios.length > 0 && Number.isFinite(high);
  return {
    id: "one-training-for-all",
    section: "4.2",
    statement: "Training one joint model instead of five drastically decreases the total training time.",
    quantity: "seconds of the joint training over seconds of the five single-task trainings",
    region: { low: null, high: DRASTIC },
    paper: 1 / TABLE1_TASKS.length,
    ours: known ? average(ratios) : null,
    low: known ? low : null,
    high: known ? high : null,
    verdict: !known
      ? "inconclusive"
      : high < DRASTIC
      ? "supported"
      : low > DRASTIC
      ? "not supported"
      : "inconclusive",
    evidence: known
      ? `paper 1 training of 100,000 steps for 5, ours ${
        average(ratios).toFixed(2)
      } of the time (range over seeds ${low.toFixed(2)} to ${
        high.toFixed(2)
      }), needs under ${DRASTIC}; every training has the same number of steps by design, as in the paper`
      : "not measured: the joint and all five single-task trainings of one seed",
  };
}

/** Judges all claims. */
export function judgeTable1(draws: Table1Draws, training: readonly TrainingRun[]): ClaimVerdict[] {
  return [...TABLE1_CLAIMS.map((claim) => judgeClaim(claim, draws)), judgeTrainingCost(training)];
}
