/** The paper's statements about Fig. 6 and Fig. 9 (Sec. 3.1, 4.2, 4.4) as predicates over paired cell means. */
import { type TaskId, taskOf } from "../tasks/mod.ts";
import { type CellMean, drawnInterval } from "./drawn_interval.ts";
import type { ClaimVerdict } from "./claim_verdict.ts";
import { PAPER_TASKS } from "./paper_table1.ts";
import { type Found, judgeStatements, type Statement } from "./statement.ts";
import { average, LITTLE_DIFFERENCE, ON_PAR_MARGIN } from "./table1_claims.ts";
import type { SampleRow, Table1Draws } from "./table1_result.ts";
import { TARGETS } from "./use_rows.ts";
import type { TakenScores } from "./uses.ts";

/** The paper's tasks that take one thing and leave the rest: of these something may leak. */
export const PARTIAL_TASKS: readonly TaskId[] = PAPER_TASKS.filter((task) => taskOf(task).leak !== null);

/**
 * "Very little" for scores from 0 to 1 of which the paper prints none: shares kept, F1, likeness. The number of {@link LITTLE_DIFFERENCE}, but
 * as an absolute difference: 0.05.
 */
export const LITTLE_SCORE: number = LITTLE_DIFFERENCE;

/** Name of {@link withLeaksMore}'s score. */
export const LEAKS_MORE = "leaks more";

/** How much more of the condition must leak to be seen: a tenth of the pixels takes its colours, or its object is recognised. */
const SEEN_LEAK = 0.1;

/**
 * Adds {@link LEAKS_MORE} to the samples of the rows instruct and single-task: 1 where the item leaks by more than 0.1 more than in the
 * other row with the same seed, otherwise 0. Samples without a leak, or without the other row's, stay as they are.
 */
export function withLeaksMore(samples: readonly SampleRow[]): SampleRow[] {
  const other: Readonly<Record<string, string>> = { "instruct": "single-task", "single-task": "instruct" };
  const name = (row: string | undefined, { task, seed, index }: SampleRow) =>
    `${row}/${task}/${seed}/${index}`;
  const leaks = new Map(samples.map((sample) => [name(sample.row, sample), sample.scores["leak"]]));
  return samples.map((sample) => {
    const [own, theirs] = [sample.scores["leak"], leaks.get(name(other[sample.row], sample))];
    if (own === undefined || theirs === undefined) return sample;
    return { ...sample, scores: { ...sample.scores, [LEAKS_MORE]: Number(own - theirs > SEEN_LEAK) } };
  });
}

/** What the paper says about the joint model's pictures beside the single-task models'. */
export const LIKENESS_STATEMENTS: readonly Statement[] = [
  {
    id: "joint-takes-as-much",
    section: "Fig. 6, 4.2",
    statement: "The joint model's pictures take from the condition what the single-task models' take.",
    quantity: "score of what should be taken, joint less single-task, mean over four tasks",
    region: { low: -LITTLE_SCORE },
  },
];

/** What the paper says about the adapters in use. */
export const USE_STATEMENTS: readonly Statement[] = [
  {
    id: "plus-carries-over",
    section: "3.1",
    statement:
      "Trained only to reproduce, IPAdapter+ still carries style, structure and identity over to other prompts.",
    quantity: "score of what should be taken, IPAdapter+ less prompt alone, mean over four tasks",
    region: { low: 0 },
  },
  {
    id: "replication-kept",
    section: "3.2, 3.4",
    statement: "Told to replicate, the joint model does what IPAdapter+ does.",
    quantity: "relative difference of replication CLIP-I, instruct against IPAdapter+",
    region: { low: -ON_PAR_MARGIN },
  },
  {
    id: "instruction-controls",
    section: "4.4",
    statement: "The instruction brings out the wanted use. (IPAdapter+ has none to compare with.)",
    quantity: "score of what should be taken, instruct told the task less told another, mean over four tasks",
    region: { low: 0 },
  },
  {
    id: "plus-leaks",
    section: "Fig. 9, caption",
    statement: "IPAdapter+ leaks more from the condition into the picture than the instructed model.",
    quantity:
      "the smaller of two: leak, IPAdapter+ less instruct; score of what should be taken, instruct less prompt alone; means over four tasks",
    region: { low: 0 },
  },
  {
    id: "plus-worse-at-faces",
    section: "Fig. 9, caption",
    statement: "IPAdapter+ is worse at carrying a face over.",
    quantity: "share of the face's attributes kept, instruct less IPAdapter+",
    region: { low: 0 },
  },
  {
    id: "composition-bleeds-style",
    section: "4.4",
    statement: "Told to take the composition, the joint model also lets the condition's look through.",
    quantity: "leak of the composition task, instruct less target",
    region: { low: 0 },
  },
  {
    id: "joint-leaks-more",
    section: "Fig. 6, caption",
    statement: "Now and then the joint model leaks what the single-task models do not.",
    quantity:
      `share of pictures that leak by more than ${SEEN_LEAK} more than the other model's, instruct less single-task, mean over four tasks`,
    region: { low: 0 },
  },
];

const found = (
  draws: Table1Draws,
  compute: (mean: CellMean) => number,
): Found | undefined => {
  const interval = drawnInterval(draws, compute);
  const items = Math.min(...draws.items);
  return interval && { ...interval, evidence: `${items} items per task, paired` };
};

const overTasks = (compute: (task: string) => number) => average(PARTIAL_TASKS.map(compute));

/** Judges Fig. 6 by cells of the rows single-task and instruct. */
export function judgeLikeness(draws: Table1Draws, taken: TakenScores): ClaimVerdict[] {
  return judgeStatements(LIKENESS_STATEMENTS, {
    "joint-takes-as-much": found(
      draws,
      (mean) =>
        overTasks((task) => {
          const score = taken[task] as string;
          return mean("instruct", task, score) - mean("single-task", task, score);
        }),
    ),
  });
}

/**
 * Judges Fig. 9 by cells of all its rows, with {@link withLeaksMore}'s score.
 *
 * Two predicates guard against a model that does nothing. `instruction-controls` is judged within the joint model, told its task and told
 * another (row told-other), which a model that copies whatever it is told cannot pass. `plus-leaks` needs, besides less leak than IPAdapter+,
 * that the joint model takes more than the prompt alone does, which a switched-off adapter cannot pass; the smaller of both margins is judged,
 * by its own interval. `joint-leaks-more` is of single pictures, as the paper's "occasionally" is, not of their mean.
 */
export function judgeUses(draws: Table1Draws, taken: TakenScores): ClaimVerdict[] {
  const differenceOf = (score: (task: string) => string) => (mean: CellMean, a: string, b: string) =>
    overTasks((task) => mean(a, task, score(task)) - mean(b, task, score(task)));
  const takes = differenceOf((task) => taken[task] as string);
  const leaks = differenceOf(() => "leak");
  return judgeStatements(USE_STATEMENTS, {
    "plus-carries-over": found(draws, (mean) => takes(mean, "ip-adapter-plus", "text-only")),
    "replication-kept": found(
      draws,
      (mean) =>
        mean("instruct", "replication", "CLIP-I") / mean("ip-adapter-plus", "replication", "CLIP-I") - 1,
    ),
    "instruction-controls": found(draws, (mean) => takes(mean, "instruct", "told-other")),
    "plus-leaks": found(
      draws,
      (mean) => Math.min(leaks(mean, "ip-adapter-plus", "instruct"), takes(mean, "instruct", "text-only")),
    ),
    "plus-worse-at-faces": found(
      draws,
      (mean) =>
        mean("instruct", "face", taken["face"] as string) -
        mean("ip-adapter-plus", "face", taken["face"] as string),
    ),
    "composition-bleeds-style": found(
      draws,
      (mean) => mean("instruct", "composition", "leak") - mean(TARGETS, "composition", "leak"),
    ),
    "joint-leaks-more": found(
      draws,
      (mean) => differenceOf(() => LEAKS_MORE)(mean, "instruct", "single-task"),
    ),
  });
}
