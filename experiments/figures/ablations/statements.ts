/** What the ablations are rendered from (Sec. 3.3, 3.4), and the paper's statements about them. */
import {
  average,
  type CellMean,
  LITTLE_DIFFERENCE,
  type MeanInterval,
  measured,
  type NonEmptyText,
  ON_PAR_MARGIN,
  type ResampledCells,
  resampledInterval,
  type Statement,
  TABLE1_COLUMNS,
} from "../../../lib/report/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import { LEAK_SCORE, MOVED_SCORE } from "../../setting/score_names.ts";
import { JOINT } from "../table1/rows.ts";
import { PARTIAL_TASKS } from "../uses/use_evidence.ts";
import { TARGETS } from "../uses/use_rows.ts";
import { LEAK_BY_ENCODER, type TakenScores } from "../uses/uses.ts";
import { COLOURED, instructedRow, ONE_HOT, STYLE_CASES, UNCLIP, UNFILTERED } from "./record.ts";

/** A model trained without a task. */
export interface LeftOut {
  /** The task. */
  readonly task: TaskId;
  /** The model's row. */
  readonly row: string;
}

/** A model against the joint one. */
export interface AblationDifference extends MeanInterval {
  /** The model. */
  readonly row: string;
  /** The task; "all" is the mean over the tasks that both were trained on. */
  readonly task: TaskId | "all";
}

/** One score of one row on one task. */
export interface AblationScore extends MeanInterval {
  /** The model, or its instruction override. */
  readonly row: string;
  /** The task. */
  readonly task: TaskId;
  /** The score. */
  readonly metric: NonEmptyText;
}

/** The content of the ablations' result. */
export interface AblationsContent {
  /** Models, in the order of the figure. */
  readonly rows: readonly string[];
  /** Relative difference from the joint model, mean over the task's two columns of Table 1. */
  readonly differences: readonly AblationDifference[];
  /** Models without a task. */
  readonly leftOut: readonly LeftOut[];
  /** On the tasks left out: the model without, the joint model, the untrained start. */
  readonly untrained: readonly AblationScore[];
  /** On the style task's items, by the joint model's instruction override: `colours` and `leak` (content, by two towers) against the condition. */
  readonly overridden: readonly AblationScore[];
  /** The score of what should be taken, own instruction less another task's, mean over four tasks: what the instruction does. */
  readonly effect: MeanInterval | null;
  /** Root mean square change of a pixel under another task's instruction, in levels of 255, mean over four tasks. */
  readonly moved: MeanInterval | null;
}

/** The rows of {@link STYLE_CASES}. */
export const STYLE_ROWS: readonly string[] = STYLE_CASES.map(({ row }) => row);

/** Scores under the instruction that nobody was trained for: what should be taken, and what should not. */
export const COLOUR_SCORES = { taken: "colours", not: LEAK_SCORE } as const;

const columnsOf = (task: TaskId) => TABLE1_COLUMNS.filter((column) => column.task === task);

/** Relative difference of a row from the joint model, mean over the columns of a task. */
const differenceOf = (mean: CellMean, row: string, task: TaskId) =>
  average(columnsOf(task).map(({ metric }) => mean(row, task, metric) / mean(JOINT, task, metric) - 1));

/** Gathers the content. */
export function ablationsContent(
  resampled: ResampledCells,
  about: {
    readonly variants: readonly string[];
    readonly leftOut: readonly LeftOut[];
    readonly tasks: readonly TaskId[];
    readonly taken: TakenScores;
  },
): AblationsContent {
  const { variants, leftOut, tasks, taken } = about;
  const rows = [...variants, ...leftOut.map(({ row }) => row)];
  const scored = (row: string, task: TaskId, metric: string): AblationScore[] => {
    const found = resampledInterval(resampled, (mean) => mean(row, task, metric));
    return found === undefined ? [] : [{ row, task, metric, ...found }];
  };
  const overPartial = (compute: (mean: CellMean, task: TaskId) => number) =>
    resampledInterval(resampled, (mean) => average(PARTIAL_TASKS.map((task) => compute(mean, task)))) ?? null;
  return {
    rows,
    leftOut,
    differences: rows.flatMap((row) => {
      const without = leftOut.find((left) => left.row === row)?.task;
      const groups = [
        ["all", tasks.filter((task) => task !== without)],
        ...tasks.map((task) => [task, [task]]),
      ];
      return (groups as [TaskId | "all", TaskId[]][]).flatMap(([task, own]) => {
        const found = resampledInterval(
          resampled,
          (mean) => average(own.map((each) => differenceOf(mean, row, each))),
        );
        return found === undefined ? [] : [{ row, task, ...found }];
      });
    }),
    untrained: leftOut.flatMap(({ task, row }) =>
      [row, JOINT, "ip-adapter-plus"].flatMap((each) =>
        [...columnsOf(task).map(({ metric }) => metric), taken[task] as string].flatMap((metric) =>
          scored(each, task, metric)
        )
      )
    ),
    overridden: STYLE_ROWS.flatMap((row) =>
      [...Object.values(COLOUR_SCORES), LEAK_BY_ENCODER].flatMap((metric) => scored(row, COLOURED, metric))
    ),
    effect: overPartial((mean, task) =>
      mean("own-instruction", task, taken[task] as string) -
      mean("other-instruction", task, taken[task] as string)
    ),
    moved: overPartial((mean, task) => mean("other-instruction", task, MOVED_SCORE)),
  };
}

/**
 * Least gain in colour likeness (histogram intersection, in [0, 1]) that counts as heeding "the colours only". 0.01 are 41 of 4,096 pixels in
 * another of 64 colours, a patch of 6 × 6 pixels: the least that is seen in pictures side by side.
 */
const SEEN_COLOURS = 0.01;

/** What the statements are judged by. */
export interface AblationEvidence {
  readonly resampled: ResampledCells;
  readonly content: AblationsContent;
  /** The score of what should be taken, by task. */
  readonly taken: TakenScores;
}

/** The row of a model that a statement names. @throws RangeError where the ablations have no such model. */
function modelRow({ content: { rows } }: AblationEvidence, row: string): string {
  if (rows.includes(row)) return row;
  throw new RangeError(
    `Judging the ablations needs the model ${row} in their record, got ${rows.join(", ")}`,
  );
}

/** Items behind the joint model's columns. */
function rests({ resampled }: AblationEvidence): string {
  const items = TABLE1_COLUMNS.map(({ task, metric }) =>
    resampled.items[resampled.place(JOINT, task, metric) as number] as number
  );
  return `${Math.min(...items)} items per task, paired`;
}

/**
 * What the paper says, or expects, of the instruction's design.
 *
 * `text-starts-new-tasks` is judged within the model that was trained without the task, under its instruction and under another's: a model that takes
 * as much under any instruction, as one with a number for each task does under a number that it never saw, stays at 0. `text-is-flexible` needs more colours than under both other instructions, so that neither
 * a model that takes more of everything under another task's instruction nor one that takes less passes, and no more of the content. Where several
 * numbers must hold, the smallest is judged by its own interval.
 */
export const ABLATION_STATEMENTS: readonly Statement<AblationEvidence>[] = [
  {
    id: "task-embeddings-would-do",
    section: "3.3",
    statement: "With a discrete set of tasks, embeddings of the task itself could be used in place of text.",
    quantity: "mean relative difference over ten columns, one-hot task against text",
    region: { low: -ON_PAR_MARGIN },
    measure(evidence) {
      const oneHot = modelRow(evidence, ONE_HOT);
      return measured(
        evidence.content.differences.find(({ row, task }) => row === oneHot && task === "all"),
        rests(evidence),
      );
    },
  },
  {
    id: "text-starts-new-tasks",
    section: "3.3",
    statement:
      "Text instructions are a better starting point for tasks that were not trained: given one, the joint model does some of it. (The paper " +
      "compares with learnt task embeddings, which have nothing for a new task.)",
    quantity:
      "smallest over the left-out tasks: score of what should be taken, under the instruction of the task it was not trained on less under " +
      "another's, as a share of the way from the prompt alone to the target; an embedding of a new task is at 0, the target at 1",
    region: { low: 0 },
    measure(evidence) {
      const { resampled, taken, content: { leftOut } } = evidence;
      const started = resampledInterval(
        resampled,
        (mean) =>
          Math.min(...leftOut.map(({ task, row }) => {
            const score = (each: string) => mean(each, task, taken[task] as string);
            const heeds = score(row) - score(instructedRow(row, { row: "other-instruction" }));
            return heeds / (score(TARGETS) - score("text-only"));
          })),
      );
      return measured(
        started,
        `${rests(evidence)}; left out: ${leftOut.map(({ task }) => task).join(", ")}`,
      );
    },
  },
  {
    id: "text-is-flexible",
    section: "3.3",
    statement:
      "Text makes the understanding of instructions flexible: a use that no model was trained for can be asked for.",
    quantity:
      `smallest margin on the style task's items, under the colours' instruction: likeness of colours less under the style's, and less under the ` +
      `composition's, both beyond ${SEEN_COLOURS}; leak of content, under the style's less under the colours', beyond −${LITTLE_DIFFERENCE}`,
    region: { low: 0 },
    measure(evidence) {
      const selective = resampledInterval(evidence.resampled, (mean) => {
        const less = (row: string, metric: string) =>
          mean("colours-instruction", COLOURED, metric) - mean(row, COLOURED, metric);
        return Math.min(
          less("own-instruction", COLOUR_SCORES.taken) - SEEN_COLOURS,
          less("other-instruction", COLOUR_SCORES.taken) - SEEN_COLOURS,
          LITTLE_DIFFERENCE - less("own-instruction", COLOUR_SCORES.not),
        );
      });
      return measured(selective, rests(evidence));
    },
  },
  {
    id: "keyword-rule-helps-training",
    section: "3.4",
    statement: "Removing instructions that name another task's keyword helps the joint model.",
    quantity: "mean relative difference over ten columns, joint model with the rule against without",
    region: { low: 0 },
    measure(evidence) {
      const without = modelRow(evidence, UNFILTERED);
      // "With the rule against without" is the inverse of what the differences hold.
      const rule = resampledInterval(
        evidence.resampled,
        (mean) =>
          average(
            TABLE1_COLUMNS.map(({ task, metric }) =>
              mean(JOINT, task, metric) / mean(without, task, metric) - 1
            ),
          ),
      );
      return measured(
        rule,
        `${rests(evidence)}; without the rule half of the wordings name another task`,
      );
    },
  },
  {
    id: "text-beside-the-image-heeds-prompts",
    section: "2.2, 3.1",
    statement:
      "Image tokens beside the text's let the prompt be followed: in place of them, as unCLIP-like models are conditioned, it is not heard.",
    quantity: "CLIP-P, image beside the text less image in place of it, mean over four tasks",
    region: { low: 0 },
    measure(evidence) {
      const inPlace = modelRow(evidence, UNCLIP);
      const heard = resampledInterval(
        evidence.resampled,
        (mean) =>
          average(PARTIAL_TASKS.map((task) => mean(JOINT, task, "CLIP-P") - mean(inPlace, task, "CLIP-P"))),
      );
      return measured(heard, rests(evidence));
    },
  },
];
