/**
 * The control matrix: what each instruction takes from a condition, the condition, the prompt and the noise being the same.
 *
 * | symbol | name | what |
 * | ------ | ---- | ---- |
 * | t      | `task` | the instruction, a row |
 * | a      | `aspect` | what of the condition is looked for, a column |
 * | s      | score name | raw score of a picture against its condition, higher means more taken |
 * | s_0    | `alone(s)` | the same of the picture that the prompt alone gives, from the same noise |
 * | s_1    | `full(s)` | the same of the target of the column's own task |
 *
 *     entry(t, a) = (mean s − mean s_0) / (mean s_1 − mean s_0), means over the conditions that allow both t and a's own task
 *     control = mean of the entries that an instruction asks for − mean of the entries that it leaves
 *
 * A model that is deaf to its instruction has the same entries in all rows and a control of about 0; one that does what it is told 1.
 */
import { type Aspect, ASPECTS, byTask, TASK_RECORDS, type TaskId } from "../tasks/mod.ts";
import type { ResampledCells, SampleRow } from "./cells.ts";
import { average, type MeanInterval } from "./mean_interval.ts";
import { type CellMean, resampledInterval } from "./resampled_interval.ts";

/** Who scores: the oracles, which know what a condition is composed of, or the judge. */
export type Scorer = "oracle" | "judge";
/** Both of them. */
export const SCORERS: readonly Scorer[] = ["oracle", "judge"];

/**
 * What the judge does not see. F1 of the edges stands in its place, and counts for nothing in its headline: a target with the condition's thing in another
 * layout has many of the condition's edges, too.
 */
const UNSEEN_BY_JUDGE: Aspect = "layout";

/** A picture's or a target's scores against its condition, by {@link scoreName}. */
export type AspectScores = Readonly<Record<string, number>>;

/** Name of a raw score. */
export const scoreName = (aspect: Aspect, scorer: Scorer): string =>
  scorer === "oracle" ? aspect : `${aspect} (${scorer})`;

const alone = (score: string) => `${score}, prompt alone`;
const full = (score: string) => `${score}, target`;

/** One picture: `task` is what the model was told, `index` the condition's number among those of its kind. */
export interface ControlSample extends SampleRow {
  /** "scene" or "portrait". */
  readonly kind: string;
}

/** What a condition's pictures are compared with. */
export interface ControlAnchor extends Pick<ControlSample, "kind" | "index" | "seed" | "prompt"> {
  /** Scores of the picture that the prompt alone gives. */
  readonly alone: AspectScores;
  /** Scores of each task's target, by task. */
  readonly targets: Readonly<Partial<Record<TaskId, AspectScores>>>;
}

/** A place of the matrix. */
export interface ControlPlace {
  /** The instruction. */
  readonly task: TaskId;
  /** What is looked for. */
  readonly aspect: Aspect;
}

/** An entry of the matrix. */
export interface ControlEntry extends MeanInterval {
  /** The model. */
  readonly row: string;
  /** The instruction. */
  readonly task: TaskId;
  /** What is looked for. */
  readonly aspect: Aspect;
  /** Who scored. */
  readonly scorer: Scorer;
}

/** The headline of a model. */
export interface ControlHeadline extends MeanInterval {
  /** The model. */
  readonly row: string;
  /** Who scored. */
  readonly scorer: Scorer;
}

/** The task that a column is of; undefined where none takes the aspect. */
const ownTask = (aspect: Aspect) => TASK_RECORDS.find(({ aspects }) => aspects.takes === aspect);

const ASPECTS_OF = byTask(({ aspects }) => aspects);
const TAKES_OF = byTask(({ takes }) => takes);

/** Where there is an entry: places whose instruction and whose column's own task are possible for one kind of condition. */
export const CONTROL_PLACES: readonly ControlPlace[] = TASK_RECORDS.flatMap(({ id: task }) =>
  ASPECTS.flatMap((aspect) => {
    const own = ownTask(aspect)?.takes;
    const shared = (["scene", "portrait"] as const).some((kind) => own?.[kind] && TAKES_OF[task][kind]);
    return shared ? [{ task, aspect }] : [];
  })
);

/** Whether an instruction asks for what a column looks for. */
export const isAsked = ({ task, aspect }: ControlPlace): boolean => ASPECTS_OF[task].takes === aspect;

/** Whether an instruction leaves it. */
export const isLeft = ({ task, aspect }: ControlPlace): boolean =>
  ASPECTS_OF[task].leaves.some((left) => left === aspect);

/** Whether an instruction takes all of a condition: of no column it takes less than the column's own. */
const takesAll = (task: TaskId) => ASPECTS_OF[task].takes === "everything";

/** Pairs of places in one column: the column's own instruction, and another that should take less of it. */
export const COLUMN_RIVALS: readonly { readonly own: ControlPlace; readonly other: ControlPlace }[] =
  CONTROL_PLACES
    .filter(isAsked).flatMap((own) =>
      CONTROL_PLACES.filter((other) =>
        other.aspect === own.aspect && other.task !== own.task && !takesAll(other.task)
      ).map((other) => ({ own, other }))
    );

const anchorName = ({ kind, index, seed }: Pick<ControlSample, "kind" | "index" | "seed">) =>
  JSON.stringify([kind, index, seed]);

/**
 * Samples whose scores have those of the prompt alone and of the own tasks' targets beside them, so that all of an entry's means are over the same
 * conditions, seeds and noises.
 *
 * @throws RangeError for a sample whose condition and seed have no anchor.
 */
export function withAnchors(
  samples: readonly ControlSample[],
  anchors: readonly ControlAnchor[],
): ControlSample[] {
  const known = new Map(anchors.map((anchor) => [anchorName(anchor), anchor]));
  return samples.map((sample) => {
    const anchor = known.get(anchorName(sample));
    if (anchor === undefined) {
      throw new RangeError(
        `withAnchors() needs the anchor of every sample's condition, got none for ${anchorName(sample)}`,
      );
    }
    const scores: Record<string, number> = {};
    for (const aspect of ASPECTS) {
      const own = ownTask(aspect);
      const target = own && anchor.targets[own.id];
      for (const name of SCORERS.map((scorer) => scoreName(aspect, scorer))) {
        const [taken, least, most] = [sample.scores[name], anchor.alone[name], target?.[name]];
        if (taken === undefined || least === undefined || most === undefined) continue;
        Object.assign(scores, { [name]: taken, [alone(name)]: least, [full(name)]: most });
      }
    }
    return { ...sample, scores };
  });
}

/**
 * Samples with their scores averaged over seeds, one for each row, instruction and condition, under the first seed: for a model of one training, whose
 * seeds are noises alone. Then the conditions are what is resampled; seeds of trainings are resampled, too.
 */
export function averagedOverNoises(samples: readonly ControlSample[]): ControlSample[] {
  const groups = Map.groupBy(
    samples,
    ({ row, task, kind, index }) => JSON.stringify([row, task, kind, index]),
  );
  return [...groups.values()].map((group) => {
    const [first] = group as [ControlSample];
    const scores = Object.keys(first.scores).map((name) =>
      [name, average(group.map((sample) => sample.scores[name] as number))] as const
    );
    return { ...first, scores: Object.fromEntries(scores) };
  });
}

/** The targets as samples of a row: what should be taken. */
export function targetSamples(row: string, anchors: readonly ControlAnchor[]): ControlSample[] {
  return anchors.flatMap(({ kind, index, seed, prompt, targets }) =>
    TASK_RECORDS.flatMap(({ id: task }) => {
      const scores = targets[task];
      return scores === undefined
        ? []
        : [{ ...{ row, task, kind, index, seed, prompt, scores }, instruction: "" }];
    })
  );
}

/** An entry from cells of {@link withAnchors}'s samples; NaN or infinite where nothing lies between prompt alone and target. */
export function controlEntry(
  mean: CellMean,
  row: string,
  { task, aspect, scorer }: ControlPlace & { readonly scorer: Scorer },
): number {
  const name = scoreName(aspect, scorer);
  const [taken, least, most] = [name, alone(name), full(name)].map((each) => mean(row, task, each)) as [
    number,
    number,
    number,
  ];
  return (taken - least) / (most - least);
}

/** Control: the mean of what is asked for less the mean of what is left, of the columns that the scorer sees. */
export function controlOf(mean: CellMean, row: string, scorer: Scorer): number {
  const seen = CONTROL_PLACES.filter(({ aspect }) => scorer === "oracle" || aspect !== UNSEEN_BY_JUDGE);
  const over = (places: readonly ControlPlace[]) =>
    average(places.map((place) => controlEntry(mean, row, { ...place, scorer })));
  return over(seen.filter(isAsked)) - over(seen.filter(isLeft));
}

/** All entries of a model that were measured. */
export function controlEntries(resampled: ResampledCells, row: string): ControlEntry[] {
  return SCORERS.flatMap((scorer) =>
    CONTROL_PLACES.flatMap((place): ControlEntry[] => {
      const found = resampledInterval(resampled, (mean) => controlEntry(mean, row, { ...place, scorer }));
      return found === undefined ? [] : [{ row, ...place, scorer, ...found }];
    })
  );
}

/** The headlines of a model; none where an entry was not measured. */
export function controlHeadlines(resampled: ResampledCells, row: string): ControlHeadline[] {
  return SCORERS.flatMap((scorer): ControlHeadline[] => {
    const found = resampledInterval(resampled, (mean) => controlOf(mean, row, scorer));
    return found === undefined ? [] : [{ row, scorer, ...found }];
  });
}
