/**
 * Asking a language model behind an OpenAI-compatible endpoint, with text or pictures: bounded attempts, a limit of time and of the answer's
 * length, and one sentence when nothing comes of it.
 */
import { UserError } from "../engine/mod.ts";

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

const LONGEST_ANSWER = 1 << 20;

/** A fault that another attempt may mend; thrown by a reader of answers, it asks again. */
export class PassingFault extends Error {}

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

async function askOnce(model: LanguageModel, messages: readonly ChatMessage[]): Promise<string> {
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

/** One message of a chat: text, or parts of which some are pictures, in the endpoint's own form. */
export interface ChatMessage {
  /** Who speaks. */
  readonly role: "system" | "user";
  /** Text, or parts. */
  readonly content: string | readonly ChatPart[];
}

/** A part of a message; a picture's address may be a data URL. */
export type ChatPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image_url"; readonly image_url: { readonly url: string } };

/**
 * Asks, and reads the answer's text.
 *
 * @param read makes something of the answer; a {@link PassingFault} thrown by it counts as a failed attempt.
 * @throws UserError in one sentence when the endpoint refuses, or fails as often as it may.
 */
export async function askModel<T>(
  model: LanguageModel,
  messages: readonly ChatMessage[],
  read: (answer: string) => T,
): Promise<T> {
  const attempts = model.attempts ?? 3;
  let delay = model.delay ?? 500;
  for (let attempt = 1;; attempt++) {
    try {
      return read(await askOnce(model, messages));
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
