/**
 * Prompts for pictures that have none, asked of a language model that sees them, as Sec. 3.4 asks GPT-4o. An answer that is no caption is
 * asked for again, never repaired beyond what surrounds it: thoughts, quotes, a lead-in.
 */
import { askModel, type LanguageModel, PassingFault } from "./chat_model.ts";
import { withoutLeadIn, withoutThoughts } from "./model_talk.ts";

/** What is asked; the paper does not print its own. */
export const CAPTION_REQUEST =
  "Describe this picture in one sentence, as a prompt for a text-to-image model would: what it shows and where, from 5 to 40 words. Answer with the sentence alone.";

/** Fewest and most words of a caption. */
const CAPTION_WORDS = { low: 2, high: 80 } as const;

const QUOTES: readonly (readonly [string, string])[] = [['"', '"'], ["“", "”"], ["`", "`"], ["**", "**"], [
  "<answer>",
  "</answer>",
]];
/** Beginnings that no caption has: what is left of talk. */
const CHATTER = /^((i|we|you)\b(?!-)|the user\b|let me\b|hope (this|that|it|you)\b|please\b)/iu;
const REFUSAL =
  /^(i['’]?m sorry|i am sorry|sorry\b|i can(no|['’])t\b|i['’]?m (not able|unable)|i am (not able|unable)|unfortunately\b|as an? (ai|llm|assistant|(large )?language model)\b)/iu;

/**
 * The caption in an answer.
 *
 * @throws PassingFault when there is none: an empty answer, a refusal, several lines, JSON or markup, too few or too many words.
 */
export function readCaption(answer: string): string {
  const fail = (what: string): never => {
    throw new PassingFault(`its answer is ${what}: "${answer.trim().replace(/\s+/gu, " ").slice(0, 60)}"`);
  };
  const lines = withoutThoughts(answer).text.split("\n").map((line) => line.trim()).filter((line) => line);
  if (lines.length > 1 && withoutLeadIn(lines[0] as string) === "") lines.shift();
  const [line = "", ...more] = lines;
  if (line === "") fail("empty");
  if (REFUSAL.test(line)) fail("a refusal");
  let text = withoutLeadIn(line);
  for (const [open, close] of QUOTES) {
    if (text.length > open.length + close.length && text.startsWith(open) && text.endsWith(close)) {
      text = text.slice(open.length, -close.length).trim();
    }
  }
  if (REFUSAL.test(text)) fail("a refusal");
  if (more.length > 0 || /^[[{<]/u.test(text) || CHATTER.test(text)) fail("no caption");
  const words = text.split(/\s+/u).length;
  if (words < CAPTION_WORDS.low || words > CAPTION_WORDS.high) fail(`no caption, but ${words} words`);
  return text;
}

/**
 * A caption of a picture.
 *
 * @param picture the bytes of a PNG, JPEG or WebP file.
 * @param mime its media type, such as "image/png".
 * @throws UserError in one sentence when the endpoint refuses, or fails as often as it may; a caption that is none counts as a failure.
 */
export function describePicture(
  model: LanguageModel,
  picture: Uint8Array,
  mime: string,
): Promise<string> {
  return askModel(model, [{
    role: "user",
    content: [
      { type: "text", text: CAPTION_REQUEST },
      { type: "image_url", image_url: { url: `data:${mime};base64,${picture.toBase64()}` } },
    ],
  }], readCaption);
}
