/**
 * The templates behind unfiltered instructions, which the corpus does not keep: drawn a second time from the same stream, with an ear on
 * which template is picked.
 */
import { fold, key, type Stream, stream } from "../../lib/engine/mod.ts";
import { drawInstruction } from "../../lib/instructions/grammar.ts";
import {
  type DrawnInstruction,
  type InstructionSplit,
  type TaskId,
  templates,
} from "../../lib/instructions/mod.ts";
import { unfilteredInstructions, type UnfilteredOptions } from "../../lib/instructions/unfiltered.ts";

/** What lib/instructions/unfiltered.ts picks from to name another task: clauses, the other tasks, what of each is named. */
const CHOICES: Readonly<Record<InstructionSplit, readonly number[]>> = {
  train: [7, 4, 3],
  "held-out": [4, 4, 3],
};

/** Draws between two instructions of the list, duplicates and overlong ones, before the streams are taken to have parted. */
const MOST_MISSES = 2000;

/** Whether an instruction is this sentence, alone or with a clause behind it. */
function extendsSentence(instruction: string, sentence: string): boolean {
  return instruction === sentence || instruction.startsWith(`${sentence.replace(/[.?!]$/u, "")}, `);
}

/**
 * What {@link unfilteredInstructions} gives for the same arguments, each with the template of its sentence.
 *
 * @throws RangeError when the second drawing does not meet the list.
 */
export function unfilteredWithTemplates(
  task: TaskId,
  split: InstructionSplit,
  options: UnfilteredOptions,
): DrawnInstruction[] {
  const { seed, mentions = 0.5 } = options;
  const all = templates(task, split);
  const known = new Set(all);
  const random = stream(fold(key(seed), "unfiltered instructions", task, split));
  let template = "";
  const heard: Stream = {
    ...random,
    pick: (from) => {
      const picked = random.pick(from);
      if (from.length === all.length && known.has(picked as string)) template = picked as string;
      return picked;
    },
  };
  return unfilteredInstructions(task, split, options).map((instruction) => {
    for (let misses = 0; misses < MOST_MISSES; misses++) {
      const sentence = drawInstruction(heard, task, split);
      if (random.bool(mentions)) { for (const count of CHOICES[split]) random.int(0, count - 1); }
      if (extendsSentence(instruction, sentence)) return { instruction, template };
    }
    throw new RangeError(
      `Finding the templates of ${task}'s unfiltered ${split} instructions failed at "${instruction}": ` +
        "CHOICES must be the sizes of the lists in lib/instructions/unfiltered.ts",
    );
  });
}
