/** The project's corpora: 1000 training and 250 held-out instructions per task, sampled with seed 1 and kept in data/instructions/. */
import type { Stream } from "../engine/mod.ts";
import {
  heldOutInstructions,
  type InstructionSplit,
  instructionsWithTemplates,
  type SampledInstruction,
  trainingInstructions,
} from "./grammar.ts";
import { type TaskId, taskOf } from "../tasks/registry.ts";

/** Seed and sizes of the corpora. */
export const CORPUS = { seed: 1, sizes: { "train": 1000, "held-out": 250 } } as const;

const sampled = new Map<string, readonly string[]>();

/** The corpus of a task and split. Sampled from the grammar at the first call, then the same list. */
export function instructionCorpus(task: TaskId, split: InstructionSplit): readonly string[] {
  const id = `${task}/${split}`;
  let corpus = sampled.get(id);
  if (!corpus) {
    const options = { count: CORPUS.sizes[split], seed: CORPUS.seed };
    corpus = Object.freeze(
      split === "train" ? trainingInstructions(task, options) : heldOutInstructions(task, options),
    );
    sampled.set(id, corpus);
  }
  return corpus;
}

/** Instructions of a task with their templates, all of sentences that name the task, or what it takes, in the paper's words. */
export function keywordedWithTemplates(
  task: TaskId,
  split: InstructionSplit,
  { count, seed }: { count: number; seed: number },
): readonly SampledInstruction[] {
  const plain = new Set(taskOf(task).words.grammar.plain);
  return instructionsWithTemplates(task, split, { count: 2 * count, seed })
    .filter(({ template }) => !plain.has(template)).slice(0, count);
}

/** As many training instructions of a task as its corpus has, all in the paper's words. */
export function keywordedInstructions(task: TaskId): readonly string[] {
  const options = { count: CORPUS.sizes.train, seed: CORPUS.seed };
  return keywordedWithTemplates(task, "train", options).map(({ instruction }) => instruction);
}

/** One instruction of a task's corpus, each equally likely: "randomly sampled during the training procedure" (Sec. 3.4). */
export function sampleInstruction(random: Stream, task: TaskId, split: InstructionSplit): string {
  return random.pick(instructionCorpus(task, split));
}

/** Where a corpus lies below data/: one instruction a line. */
export function corpusFile(task: TaskId, split: InstructionSplit): string {
  return `instructions/${task}.${split}.txt`;
}

/** A corpus as file contents. */
export function formatCorpus(instructions: readonly string[]): string {
  return instructions.map((instruction) => instruction + "\n").join("");
}
