/**
 * Verdicts on the paper's statements about Table 1.
 *
 * Verdict, by the 95 % interval of each quantity (paired bootstrap over items and seeds, see lib/metrics/bootstrap.ts):
 * all intervals inside the region: supported; any interval wholly outside: not supported; otherwise inconclusive. A claim of k
 * quantities widens each interval to 1 − 0.05/k (Bonferroni), so that many quantities are no more likely to contradict it by chance.
 */
import { bootstrapInterval } from "../metrics/mod.ts";
import { TASKS } from "../tasks/mod.ts";
import type { ClaimVerdict, Verdict } from "./claim_verdict.ts";
import { orNull, studentInterval } from "./mean_interval.ts";
import { PAPER_TASKS } from "./paper_table1.ts";
import { type Claim, type Means, printed, TABLE1_CLAIMS } from "./table1_claims.ts";
import type { Table1Draws, TrainingRun } from "./table1_result.ts";

/** The least number above 0 that is not subnormal: ONNX Runtime makes its thread take subnormal ones for 0. */
const LEAST = 2 ** -1022;

/** By intervals and region: all inside, any wholly outside, or neither. A low end of 0 means above 0: no difference is not enough. */
export function verdictOf(
  intervals: readonly { readonly low: number; readonly high: number }[],
  region: { readonly low: number; readonly high: number },
): Verdict {
  const least = region.low === 0 ? LEAST : region.low;
  if (intervals.every(({ low, high }) => low >= least && high <= region.high)) return "supported";
  return intervals.some(({ low, high }) => high < least || low > region.high)
    ? "not supported"
    : "inconclusive";
}

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
  const shown = intervals[tightest(estimates, region)] as (typeof intervals)[number];
  return {
    ...base,
    ours: shown.estimate,
    low: orNull(shown.low),
    high: orNull(shown.high),
    verdict: verdictOf(intervals, region),
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

/** What Sec. 4.2 says of the cost of training. */
export const TRAINING_COST = {
  id: "one-training-for-all",
  section: "4.2",
  statement: "Training one joint model instead of five drastically decreases the total training time.",
  quantity: "seconds of the joint training over seconds of the five single-task trainings",
} as const;

/** Seconds of the joint training over the sum of the single-task trainings, of each seed that has all of them. */
export function timeShares(training: readonly TrainingRun[]): number[] {
  return training.filter(({ row }) => row === "instruct").flatMap((joint) => {
    const singles = training.filter(({ row, seed }) => row === "single-task" && seed === joint.seed);
    if (singles.length !== TASKS.length) return [];
    return [joint.seconds / singles.reduce((sum, { seconds }) => sum + seconds, 0)];
  });
}

/**
 * Sec. 4.2: one joint training replaces five, "drastically" decreasing total training time. Judged by measured seconds: joint training over
 * the sum of the single-task trainings of the same seed, with Student's interval over seeds; one seed has none. Every training has the same
 * number of steps by design, so what is measured is what a joint step costs; the seconds hold the validations during training, of all five
 * tasks in the joint one.
 */
export function judgeTrainingCost(training: readonly TrainingRun[]): ClaimVerdict {
  const shares = timeShares(training);
  const found = shares.length > 0 ? studentInterval(shares) : undefined;
  return {
    ...TRAINING_COST,
    region: { low: null, high: DRASTIC },
    paper: 1 / PAPER_TASKS.length,
    ours: found?.mean ?? null,
    low: found?.low ?? null,
    high: found?.high ?? null,
    verdict: verdictOf([{ low: found?.low ?? -Infinity, high: found?.high ?? Infinity }], {
      low: -Infinity,
      high: DRASTIC,
    }),
    evidence: found === undefined
      ? "not measured: the joint and all five single-task trainings of one seed"
      : `paper 1 training of 100,000 steps for 5, ours ${found.mean.toFixed(2)} of the time ` +
        (found.low === null || found.high === null
          ? "with no interval: a single seed"
          : `[${found.low.toFixed(2)}, ${found.high.toFixed(2)}] over ${shares.length} seeds`) +
        `, needs under ${DRASTIC}; every training has the same number of steps by design, as in the paper`,
  };
}

/** Judges all claims. */
export function judgeTable1(draws: Table1Draws, training: readonly TrainingRun[]): ClaimVerdict[] {
  return [...TABLE1_CLAIMS.map((claim) => judgeClaim(claim, draws)), judgeTrainingCost(training)];
}
