/**
 * Further instructions from a language model behind an OpenAI-compatible endpoint, asked as Sec. 3.4 asks GPT-4, under the same keyword
 * rule as the grammar's. What a model answers is data: bad answers are asked for again a bounded number of times, never repaired.
 */
import { UserError } from "../engine/mod.ts";
import { askModel, type LanguageModel } from "./chat_model.ts";
import { instructionKey } from "./grammar.ts";
import { byTask, type TaskId, taskOf } from "../tasks/registry.ts";
import { instructionFault } from "./keyword_rule.ts";
import { saysWord } from "./object_name.ts";
import { readAnswer } from "./model_answer.ts";
import type { DroppedText } from "./model_talk.ts";

/** What a language model is asked for, by task; the paper's words. */
export const PAPER_REQUESTS: Readonly<Record<TaskId, string>> = byTask(({ words }) => words.request);

const PER_REQUEST = 40;
/** Requests in a row that may bring nothing new. */
const FRUITLESS = 4;

/** What a generation brought. */
export interface GeneratedInstructions {
  /** Distinct instructions that passed the filter, in the order they came. */
  readonly instructions: readonly string[];
  /** Lines the keyword rule or the length limits removed, with the reason. */
  readonly rejected: readonly DroppedText[];
  /** What the answers held beside their lists, with the reason. */
  readonly dropped: readonly DroppedText[];
}

/**
 * Asks until `count` distinct instructions of the task have passed the filter.
 *
 * @throws UserError when the endpoint keeps failing, refuses, or keeps bringing nothing new.
 */
export async function generateInstructions(
  task: TaskId,
  model: LanguageModel,
  options: { count: number },
): Promise<GeneratedInstructions> {
  const { objectWord } = taskOf(task).words;
  const found = new Map<string, string>();
  const rejected: DroppedText[] = [], dropped: DroppedText[] = [];
  for (let fruitless = 0; found.size < options.count;) {
    const known = [...found.values()].slice(-5);
    const request =
      `${
        PAPER_REQUESTS[task]
      }. Write ${PER_REQUEST} of them, from 2 to 30 words each, one per line, without numbers or quotes.` +
      (objectWord === null ? "" : ` Each must contain the word "${objectWord}".`) +
      (known.length ? ` Do not repeat these: ${known.join(" / ")}` : "");
    const before = found.size;
    const answer = await askModel(model, [{ role: "user", content: request }], readAnswer);
    dropped.push(...answer.dropped);
    for (const text of answer.instructions) {
      const reason = instructionFault(text, task) ??
        (objectWord !== null && !saysWord(text, objectWord)
          ? `no "${objectWord}" to put a name for`
          : undefined);
      if (reason) rejected.push({ text, reason });
      else if (found.size < options.count && !found.has(instructionKey(text))) {
        found.set(instructionKey(text), text);
      }
    }
    fruitless = found.size > before ? 0 : fruitless + 1;
    if (fruitless === FRUITLESS) {
      throw new UserError(
        `Generating ${options.count} ${task} instructions with ${model.model} failed: ${FRUITLESS} answers in a row brought nothing new, got ${found.size}`,
      );
    }
  }
  return { instructions: [...found.values()], rejected, dropped };
}
