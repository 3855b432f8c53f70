/**
 * Further instructions from a language model behind an OpenAI-compatible endpoint, asked as Sec. 3.4 asks GPT-4, under the same keyword
 * rule as the grammar's. What a model answers is data: bad answers are asked for again a bounded number of times, never repaired.
 */
import { UserError } from "../engine/mod.ts";
import { instructionKey } from "./grammar.ts";
import { byTask, type TaskId, taskOf } from "../tasks/registry.ts";
import { instructionFault } from "./keyword_rule.ts";
import { type DroppedText, readAnswer } from "./model_answer.ts";

/** What a language model is asked for, by task; the paper's words. */
export const PAPER_REQUESTS: Readonly<Record<TaskId, string>> = byTask(({ words }) => words.request);

/** Where and how to ask. */
export interface LanguageModel {
  /** Base address with its version, e.g. "http://localhost:11434/v1"; "/chat/completions" is added. */
  readonly url: string;
  /** The model's name at that endpoint. */
  readonly model: string;
  /** Sent as bearer token when given. */
  readonly apiKey?: string;
  /** Milliseconds one answer may take (60000). */
  readonly timeout?: number;
  /** Times one request is sent before giving up (3). */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, doubled before each further one (500). */
  readonly delay?: number;
}

const PER_REQUEST = 40;
/** Requests in a row that may bring nothing new. */
const FRUITLESS = 4;
const LONGEST_ANSWER = 1 << 20;

/** A fault that another attempt may mend. */
class PassingFault extends Error {}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LONGEST_ANSWER) {
      throw new PassingFault(`its answer is longer than ${LONGEST_ANSWER} characters`);
    }
  }
  return text + decoder.decode();
}

/** The text of the first choice in a chat completion. */
function answerText(body: string): string {
  let parsed: { choices?: { message?: { content?: unknown } }[] } | null;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new PassingFault(`its answer is no JSON: "${body.slice(0, 60)}"`);
  }
  const given = parsed?.choices?.[0]?.message?.content;
  // Some endpoints answer in parts.
  const parts = Array.isArray(given) ? given.map((part: { text?: unknown } | null) => part?.text) : [given];
  const content = parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
  if (content === undefined) throw new PassingFault("its answer has no choices[0].message.content");
  return content;
}

async function askOnce(model: LanguageModel, messages: readonly object[]): Promise<string> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (model.apiKey) headers.authorization = `Bearer ${model.apiKey}`;
  const timeout = model.timeout ?? 60_000;
  const signal = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(`${model.url.replace(/\/+$/u, "")}/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify({ model: model.model, messages, temperature: 1 }),
      signal,
    });
    const body = await readBounded(response);
    if (response.status === 429 || response.status >= 500) {
      throw new PassingFault(`it answered with status ${response.status}`);
    }
    if (!response.ok) {
      throw new UserError(
        `Asking ${model.model} at ${model.url} failed: it answered with status ${response.status}, ${
          body.slice(0, 120)
        }`,
      );
    }
    return answerText(body);
  } catch (error) {
    if (error instanceof UserError || error instanceof PassingFault) throw error;
    if (signal.aborted) throw new PassingFault(`no answer within ${timeout} ms`);
    throw new PassingFault(error instanceof Error ? error.message : String(error));
  }
}

async function ask(model: LanguageModel, messages: readonly object[]): Promise<string> {
  const attempts = model.attempts ?? 3;
  let delay = model.delay ?? 500;
  for (let attempt = 1;; attempt++) {
    try {
      return await askOnce(model, messages);
    } catch (error) {
      if (!(error instanceof PassingFault)) throw error;
      if (attempt >= attempts) {
        const times = attempts === 1 ? "once" : `${attempts} times`;
        throw new UserError(
          `Asking ${model.model} at ${model.url} failed (tried ${times}): ${error.message}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, delay));
      delay *= 2;
    }
  }
}

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
  const found = new Map<string, string>();
  const rejected: DroppedText[] = [], dropped: DroppedText[] = [];
  for (let fruitless = 0; found.size < options.count;) {
    const known = [...found.values()].slice(-5);
    const request =
      `${
        PAPER_REQUESTS[task]
      }. Write ${PER_REQUEST} of them, from 2 to 30 words each, one per line, without numbers or quotes.` +
      (taskOf(task).words.namesObject ? ` Each must contain the word "object".` : "") +
      (known.length ? ` Do not repeat these: ${known.join(" / ")}` : "");
    const before = found.size;
    const answer = readAnswer(await ask(model, [{ role: "user", content: request }]));
    dropped.push(...answer.dropped);
    for (const text of answer.instructions) {
      const reason = instructionFault(text, task);
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
