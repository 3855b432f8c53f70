/** What Sec. 3.5's figure is rendered from: scores of the condition and of the prompt over the adapter's scale λ, and their best trade. */
import {
  average,
  type CellMean,
  type MeanInterval,
  measured,
  type NonEmptyText,
  type ResampledCells,
  resampledInterval,
  type Statement,
  TABLE1_COLUMNS,
} from "../../../lib/report/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import { type MainModel, PARTIAL_TASKS } from "../uses/use_evidence.ts";
import { scaleRow } from "./record.ts";

/** Scaled back by 20 to 40 %. */
export const ADVISED = { low: 0.6, high: 0.8 } as const;

/**
 * λ, a factor on the image attention.
 * @minimum 0
 */
type Scale = number;

/** One score over λ. */
export interface ScaleCurve {
  /** The task. */
  readonly task: TaskId;
  /** The score. */
  readonly metric: NonEmptyText;
  /** Whether it asks for the condition or for the prompt. */
  readonly of: "condition" | "prompt";
  /** Means with intervals, by scale. */
  readonly values: readonly MeanInterval[];
}

/** The content of scale's result. */
export interface ScaleContent {
  /** λ, rising. */
  readonly scales: readonly Scale[];
  /** Table 1's ten columns. */
  readonly curves: readonly ScaleCurve[];
  /** Mean of both scores, each from 0 to 1 over λ, over the tasks with a prompt of their own; higher is better. Absent without those tasks. */
  readonly trade: readonly MeanInterval[];
  /** The λ where the trade is best. */
  readonly best: MeanInterval | null;
}

/** Table 1's two scores of a task: of the condition, of the prompt (of the caption for replication). @throws RangeError for one without. */
function columnsOf(task: TaskId): readonly [condition: string, prompt: string] {
  const [condition, prompt] = TABLE1_COLUMNS.filter((column) => column.task === task);
  if (condition === undefined || prompt === undefined) {
    throw new RangeError(`Trading condition for prompt needs a score of both, got too few of ${task}`);
  }
  return [condition.metric, prompt.metric];
}

/** A score from 0 at its least to 1 at its most over the scales; 0.5 everywhere where it does not change. */
function stretched(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => most > least ? (value - least) / (most - least) : 0.5);
}

/** The trade at each scale. */
function tradeOf(mean: CellMean, scales: readonly number[]): number[] {
  const curves = PARTIAL_TASKS.flatMap((task) =>
    columnsOf(task).map((metric) => stretched(scales.map((scale) => mean(scaleRow(scale), task, metric))))
  );
  return scales.map((_, i) => average(curves.map((curve) => curve[i] as number)));
}

const bestOf = (scales: readonly number[], trade: readonly number[]) =>
  scales[trade.indexOf(Math.max(...trade))] as number;

/** Gathers the content. */
export function scaleContent(
  resampled: ResampledCells,
  { scales, tasks }: { readonly scales: readonly Scale[]; readonly tasks: readonly TaskId[] },
): ScaleContent {
  const defined = (value: MeanInterval | undefined) => value ?? [];
  return {
    scales,
    curves: tasks.flatMap((task) =>
      columnsOf(task).map((metric, place): ScaleCurve => ({
        task,
        metric,
        of: place === 0 ? "condition" : "prompt",
        values: scales.flatMap((scale) =>
          defined(resampledInterval(resampled, (mean) => mean(scaleRow(scale), task, metric)))
        ),
      }))
    ),
    trade: scales.flatMap((_, i) =>
      defined(resampledInterval(resampled, (mean) => tradeOf(mean, scales)[i] as number))
    ),
    best: resampledInterval(resampled, (mean) => bestOf(scales, tradeOf(mean, scales)), { grid: true }) ??
      null,
  };
}

/** What the statements are judged by. */
export interface ScaleEvidence {
  readonly resampled: ResampledCells;
  readonly content: ScaleContent;
  readonly main: MainModel;
}

const rests = ({ resampled, content, main }: ScaleEvidence) =>
  `${main.name}; scales ${content.scales.join(", ")}; ${Math.min(...resampled.items)} items per task`;

/** What the paper says about the scale. */
export const SCALE_STATEMENTS: readonly Statement<ScaleEvidence>[] = [
  {
    id: "full-scale-overpowers-text",
    section: "3.5",
    statement:
      "At full scale the adapter drowns the text prompt; scaled back by 20 to 40 % the prompt is heard.",
    quantity: "CLIP-P, mean over the advised scales less at scale 1, mean over four tasks",
    region: { low: 0 },
    measure(evidence) {
      const { resampled, content: { scales } } = evidence;
      const advised = scales.filter((scale) => scale >= ADVISED.low && scale <= ADVISED.high);
      const heard = resampledInterval(
        resampled,
        (mean) =>
          average(
            PARTIAL_TASKS.map((task) =>
              average(advised.map((scale) => mean(scaleRow(scale), task, "CLIP-P"))) -
              mean(scaleRow(1), task, "CLIP-P")
            ),
          ),
      );
      return measured(heard, rests(evidence));
    },
  },
  {
    id: "best-scale-is-advised",
    section: "3.5",
    statement: "The best trade between condition and prompt lies at a scale of 0.6 to 0.8.",
    quantity: "scale at which the mean of both scores, each stretched to 0 … 1 over the scales, is highest",
    region: ADVISED,
    measure: (evidence) => measured(evidence.content.best, rests(evidence)),
  },
];
