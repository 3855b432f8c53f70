/** The paper's statements about Fig. 6 and Fig. 9 (Sec. 3.1, 4.2, 4.4) as predicates over paired cell means. */
import { type CellMean, drawnInterval } from "./drawn_interval.ts";
import type { ClaimVerdict } from "./judge.ts";
import { type Found, judgeStatements, type Statement } from "./statement.ts";
import { average, LITTLE_DIFFERENCE, ON_PAR_MARGIN } from "./table1_claims.ts";
import type { Table1Draws } from "./table1_result.ts";
import { TARGETS } from "./use_rows.ts";
import type { TakenScores } from "./uses.ts";

/** The tasks that take one thing and leave the rest. */
export const PARTIAL_TASKS = ["style", "object", "composition", "face"] as const;

/**
 * "Very little" for scores from 0 to 1 of which the paper prints none: shares kept, F1, likeness. The number of {@link LITTLE_DIFFERENCE}, but
 * as an absolute difference: 0.05.
 */
export const LITTLE_SCORE: number = LITTLE_DIFFERENCE;

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
    statement: "The instruction brings out the wanted use; IPAdapter+ is hard to guide to one.",
    quantity: "score of what should be taken, instruct less IPAdapter+, mean over four tasks",
    region: { low: 0 },
  },
  {
    id: "plus-leaks",
    section: "Fig. 9, caption",
    statement: "IPAdapter+ leaks more from the condition into the picture than the instructed model.",
    quantity: "leak, IPAdapter+ less instruct, mean over four tasks",
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
    quantity: "leak, instruct less single-task, mean over four tasks",
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

/** Judges Fig. 9 by cells of all its rows. */
export function judgeUses(draws: Table1Draws, taken: TakenScores): ClaimVerdict[] {
  const takes = (a: string, b: string) =>
    found(
      draws,
      (mean) =>
        overTasks((task) => mean(a, task, taken[task] as string) - mean(b, task, taken[task] as string)),
    );
  const leaks = (a: string, b: string) =>
    found(draws, (mean) => overTasks((task) => mean(a, task, "leak") - mean(b, task, "leak")));
  return judgeStatements(USE_STATEMENTS, {
    "plus-carries-over": takes("ip-adapter-plus", "text-only"),
    "replication-kept": found(
      draws,
      (mean) =>
        mean("instruct", "replication", "CLIP-I") / mean("ip-adapter-plus", "replication", "CLIP-I") - 1,
    ),
    "instruction-controls": takes("instruct", "ip-adapter-plus"),
    "plus-leaks": leaks("ip-adapter-plus", "instruct"),
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
    "joint-leaks-more": leaks("instruct", "single-task"),
  });
}
