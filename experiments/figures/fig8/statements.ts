/** What Fig. 8 is rendered from: how much pictures and scores change with the wording, against how much with the noise. */
import {
  average,
  type CellMean,
  type Count,
  type MeanInterval,
  measured,
  type ResampledCells,
  resampledInterval,
  type SeveralCount,
  type Statement,
} from "../../../lib/report/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import { SPREAD_SCORE } from "../../setting/score_names.ts";
import { FIXED, JOINT } from "../table1/rows.ts";
import { FIG8 } from "./record.ts";

/** Where pictures are compared. */
export const SPACES = ["pixel", "latent", "judge"] as const;

/** Variance over wordings as a share of the variance over noises. */
export interface VarianceRatio extends MeanInterval {
  /** The task; "all" is the mean of the tasks' ratios. */
  readonly task: TaskId | "all";
  /** Pixels, latents, or the judge's vectors. */
  readonly space: (typeof SPACES)[number];
}

/** How far a score goes up and down with the wording. */
export interface ScoreSpread extends MeanInterval {
  /** The model. */
  readonly row: "instruct" | "fixed";
  /** The task; "all" is the mean over tasks. */
  readonly task: TaskId | "all";
}

/** The content of fig8's result. */
export interface RewordingContent {
  /** Wordings per item. */
  readonly wordings: SeveralCount;
  /** Noises per item. */
  readonly noises: SeveralCount;
  /** By task and space. */
  readonly ratios: readonly VarianceRatio[];
  /** Standard deviation of the condition's score (CLIP-S for style, CLIP-I otherwise) over wordings, mean over items. */
  readonly spreads: readonly ScoreSpread[];
  /** Root mean square change of a pixel by rewording, in levels of 255. */
  readonly levels: MeanInterval | null;
}

const ratio = (mean: CellMean, task: TaskId, space: string) =>
  mean(JOINT, task, `${space} words`) / mean(JOINT, task, `${space} noise`);

/**
 * Gathers the content from cells named "pixel words", "pixel noise", … of the row instruct, and {@link SPREAD_SCORE} of the rows instruct and fixed.
 */
export function rewordingContent(
  resampled: ResampledCells,
  about: { readonly wordings: Count; readonly noises: Count; readonly tasks: readonly TaskId[] },
): RewordingContent {
  const { wordings, noises, tasks } = about;
  const groups = [...tasks.map((task) => [task, [task]] as const), ["all", tasks] as const];
  const over = (names: readonly TaskId[], compute: (mean: CellMean, task: TaskId) => number) =>
    resampledInterval(resampled, (mean) => average(names.map((task) => compute(mean, task))));
  return {
    wordings,
    noises,
    ratios: SPACES.flatMap((space) =>
      groups.flatMap(([task, names]) => {
        const found = over(names, (mean, each) => ratio(mean, each, space));
        return found === undefined ? [] : [{ task, space, ...found }];
      })
    ),
    spreads: FIG8.rows.flatMap(({ row }) =>
      groups.flatMap(([task, names]) => {
        const found = over(names, (mean, each) => mean(row, each, SPREAD_SCORE));
        return found === undefined ? [] : [{ row, task, ...found }];
      })
    ),
    levels: resampledInterval(
      resampled,
      (mean) => Math.sqrt(average(tasks.map((task) => mean(JOINT, task, "pixel words")))),
    ) ?? null,
  };
}

/** "Much more subtle": at most a quarter of the variance, half of the deviation. */
const SUBTLE = 0.25;

/** What the statements are judged by. */
export interface RewordingEvidence {
  readonly resampled: ResampledCells;
  readonly content: RewordingContent;
}

const rests = ({ resampled, content: { wordings, noises } }: RewordingEvidence) =>
  `${Math.min(...resampled.items)} items per task, ${wordings} wordings, ${noises} noises`;

const ratioOver = (evidence: RewordingEvidence, space: VarianceRatio["space"]) =>
  measured(
    evidence.content.ratios.find((each) => each.task === "all" && each.space === space),
    rests(evidence),
  );

/** What the paper says about rewording. */
export const REWORDING_STATEMENTS: readonly Statement<RewordingEvidence>[] = [
  {
    id: "rewording-is-subtle",
    section: "Fig. 8, caption",
    statement: "Rewording the instruction changes the picture much less than another initial noise.",
    quantity: "variance of pixels over wordings as a share of the variance over noises, mean over tasks",
    region: { high: SUBTLE },
    measure: (evidence) => ratioOver(evidence, "pixel"),
  },
  {
    id: "rewording-keeps-content",
    section: "4.3",
    statement: "Rewording has a minimal effect on what the picture shows.",
    quantity:
      "variance of the judge's vectors over wordings as a share of the variance over noises, mean over tasks",
    region: { high: SUBTLE },
    measure: (evidence) => ratioOver(evidence, "judge"),
  },
  {
    id: "rewording-is-noticeable",
    section: "4.3",
    statement: "Rewording still has a noticeable effect, so that outputs can be explored a little.",
    quantity: "root mean square change of a pixel by rewording, in levels of 255",
    region: { low: 1 },
    measure: (evidence) => measured(evidence.content.levels, rests(evidence)),
  },
  {
    id: "many-wordings-make-robust",
    section: "3.3, 4.3",
    statement: "Training on many wordings makes the understanding of instructions more robust.",
    quantity:
      "deviation of the condition's score over held-out wordings, fixed-prompt model less instruct, mean over tasks",
    region: { low: 0 },
    measure(evidence) {
      const { resampled, content: { ratios } } = evidence;
      const tasks = [...new Set(ratios.map(({ task }) => task))].filter((task) => task !== "all");
      const robust = resampledInterval(
        resampled,
        (mean) =>
          average(
            tasks.map((task) => mean(FIXED, task, SPREAD_SCORE) - mean(JOINT, task, SPREAD_SCORE)),
          ),
      );
      return measured(robust, rests(evidence));
    },
  },
];
