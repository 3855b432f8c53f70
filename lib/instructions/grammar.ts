/**
 * The written grammar that stands for the language model of Sec. 3.4: per task some sixty sentence templates for training and two dozen
 * others for held-out instructions. A sample picks a template, fills its slots and chooses how carefully it is typed.
 */
import { fold, key, type Stream, stream } from "../engine/mod.ts";
import { type TaskId, taskOf } from "../tasks/registry.ts";
import { SHARED_HELD_OUT, SHARED_SLOTS, SHARED_TRAINING } from "./shared_templates.ts";
import { instructionFault } from "./keyword_rule.ts";
import { capitalized, fillTemplate, tidySentence } from "./template.ts";

/** Which templates instructions are sampled from. */
export type InstructionSplit = "train" | "held-out";

/** Share of the sampled training instructions that do without the task's keyword. The paper removes instructions that name another task, not those that name none. */
const PLAIN = 0.3;

/** All templates of a task and split; no template is in both splits. */
export function templates(task: TaskId, split: InstructionSplit): readonly string[] {
  return split === "train" ? [...keyworded(task, split), ...plain(task)] : keyworded(task, split);
}

const plain = (task: TaskId): readonly string[] => taskOf(task).words.grammar.plain;

/** Those that name the task or what it takes. */
function keyworded(task: TaskId, split: InstructionSplit): readonly string[] {
  const { training, heldOut } = taskOf(task).words.grammar;
  return split === "train" ? [...SHARED_TRAINING, ...training] : [...SHARED_HELD_OUT, ...heldOut];
}

/** Most instructions of a task one call samples. */
export const MOST_INSTRUCTIONS = 20_000;

/** How an instruction reads when case and final marks don't count; two that agree here are the same instruction. */
export function instructionKey(instruction: string): string {
  return instruction.toLowerCase().replace(/[.?!]+$/u, "");
}

/** One third of people type neither a capital nor a full stop. */
function typed(sentence: string, random: Stream): string {
  return random.bool(1 / 3) ? sentence.replace(/\.$/u, "") : capitalized(sentence);
}

/** An instruction and the template it was sampled from. */
export interface SampledInstruction {
  /** The finished sentence. */
  readonly instruction: string;
  /** With its slots unfilled. */
  readonly template: string;
}

export function sampleWithTemplate(
  random: Stream,
  task: TaskId,
  split: InstructionSplit,
): SampledInstruction {
  const slots = { ...SHARED_SLOTS, ...taskOf(task).words.grammar.slots };
  const named = keyworded(task, split);
  for (;;) {
    const template = random.pick(split === "train" && random.bool(PLAIN) ? plain(task) : named);
    const instruction = typed(tidySentence(fillTemplate(template, slots, random)), random);
    if (instructionFault(instruction, task) === undefined) return { instruction, template };
  }
}

/** Samples one instruction that follows the keyword rule from the grammar. */
export function sampleFromGrammar(random: Stream, task: TaskId, split: InstructionSplit): string {
  return sampleWithTemplate(random, task, split).instruction;
}

/**
 * `count` distinct instructions of a task and split, the same for the same seed; a longer list begins with the shorter one.
 *
 * @throws RangeError when count is no whole number from 0 to 20000, or more than the grammar can tell apart.
 */
function distinctInstructions(
  task: TaskId,
  split: InstructionSplit,
  options: { count: number; seed: number },
): SampledInstruction[] {
  const { count, seed } = options;
  if (!Number.isInteger(count) || count < 0 || count > MOST_INSTRUCTIONS) {
    throw new RangeError(
      `Sampling instructions needs a whole count from 0 to ${MOST_INSTRUCTIONS}, got ${count}`,
    );
  }
  const random = stream(fold(key(seed), "instructions", task, split));
  const found = new Map<string, SampledInstruction>();
  for (let misses = 0; found.size < count;) {
    const sampled = sampleWithTemplate(random, task, split);
    const id = instructionKey(sampled.instruction);
    if (!found.has(id)) {
      found.set(id, sampled);
      misses = 0;
    } else if (++misses > 2000) {
      throw new RangeError(
        `Sampling ${count} ${split} instructions of ${task} failed: the grammar gave ${found.size} distinct ones`,
      );
    }
  }
  return [...found.values()];
}

/**
 * The instructions that {@link trainingInstructions} or {@link heldOutInstructions} give for the same arguments, each with its template.
 * Throws RangeError on an impossible count.
 */
export function instructionsWithTemplates(
  task: TaskId,
  split: InstructionSplit,
  options: { count: number; seed?: number },
): SampledInstruction[] {
  return distinctInstructions(task, split, { count: options.count, seed: options.seed ?? 1 });
}

const sentences = (sampled: readonly SampledInstruction[]) => sampled.map(({ instruction }) => instruction);

/** Training instructions of a task: `count` (1000) distinct ones of `seed` (1), in random order. Throws RangeError on an impossible count. */
export function trainingInstructions(
  task: TaskId,
  options: { count?: number; seed?: number } = {},
): string[] {
  return sentences(
    distinctInstructions(task, "train", { count: options.count ?? 1000, seed: options.seed ?? 1 }),
  );
}

/** Held-out instructions of a task, from templates no training instruction comes from: `count` (250) distinct ones of `seed` (1). */
export function heldOutInstructions(task: TaskId, options: { count?: number; seed?: number } = {}): string[] {
  return sentences(
    distinctInstructions(task, "held-out", { count: options.count ?? 250, seed: options.seed ?? 1 }),
  );
}
