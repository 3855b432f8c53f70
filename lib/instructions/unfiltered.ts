/**
 * Instructions as a writer who does not know the keyword rule might word them (Sec. 3.4): some say, besides what to take, what not to take, and
 * so name another task. The grammar keeps the rule by itself, so without this the rule would have nothing to remove.
 * How often a language model does so is unknown; `mentions` says how often this one does.
 */
import { fold, key, stream } from "../engine/mod.ts";
import {
  instructionKey,
  type InstructionSplit,
  type SampledInstruction,
  sampleWithTemplate,
} from "./grammar.ts";
import { type TaskId, taskOf, TASKS } from "../tasks/registry.ts";
import { WORD_LIMITS, wordCount } from "./keyword_rule.ts";

/** How it is named, after the sentence; `{}` is what. */
const CLAUSES: Readonly<Record<InstructionSplit, readonly string[]>> = {
  train: [
    "but not {}",
    "and ignore {}",
    "without {}",
    "and leave {} out",
    "but change {}",
    "not {}",
    "and forget {}",
  ],
  "held-out": ["though not {}", "and drop {}", "no matter {}", "with no regard to {}"],
};

/** How many are sampled, and how many of them name another task. */
export interface UnfilteredOptions {
  /** Distinct instructions. */
  readonly count: number;
  /** The same seed gives the same list; a longer one begins with the shorter. */
  readonly seed: number;
  /** Chance in [0, 1] that an instruction names another task, default 0.5. */
  readonly mentions?: number;
}

/**
 * Distinct instructions without the keyword rule, each with the template of its sentence.
 *
 * @throws RangeError when `mentions` lies outside [0, 1], or the grammar cannot tell as many apart.
 */
export function unfilteredWithTemplates(
  task: TaskId,
  split: InstructionSplit,
  options: UnfilteredOptions,
): SampledInstruction[] {
  const { count, seed, mentions = 0.5 } = options;
  if (!(mentions >= 0 && mentions <= 1)) {
    throw new RangeError(`Unfiltered instructions need mentions from 0 to 1, got ${mentions}`);
  }
  const random = stream(fold(key(seed), "unfiltered instructions", task, split));
  const others = TASKS.filter((other) => other !== task);
  const found = new Map<string, SampledInstruction>();
  for (let misses = 0; found.size < count;) {
    const sampled = sampleWithTemplate(random, task, split);
    let { instruction } = sampled;
    if (random.bool(mentions)) {
      const clause = random.pick(CLAUSES[split]);
      const named = random.pick(taskOf(random.pick(others)).words.named);
      const [, body = "", mark = ""] = /^(.*?)([.?!]?)$/u.exec(instruction) ?? [];
      instruction = `${body}, ${clause.replace("{}", named)}${mark}`;
    }
    const name = instructionKey(instruction);
    if (wordCount(instruction) <= WORD_LIMITS.most && !found.has(name)) {
      found.set(name, { ...sampled, instruction });
      misses = 0;
    } else if (++misses > 2000) {
      throw new RangeError(
        `Sampling ${count} unfiltered ${split} instructions of ${task} failed: the grammar gave ${found.size} distinct ones`,
      );
    }
  }
  return [...found.values()];
}

/** {@link unfilteredWithTemplates}, the sentences alone. */
export const unfilteredInstructions = (
  task: TaskId,
  split: InstructionSplit,
  options: UnfilteredOptions,
): string[] => unfilteredWithTemplates(task, split, options).map(({ instruction }) => instruction);
