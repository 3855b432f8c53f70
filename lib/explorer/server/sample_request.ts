/** From a page's sampling request to what the studio is asked: every number in range, every text embedded. */
import type { SentenceEmbedder } from "../../clip/mod.ts";
import { UserError } from "../../engine/mod.ts";
import { MOST_BYTES } from "../api.ts";
import { checkedText, embedTexts, LONGEST_TEXT } from "./place_text.ts";
import { type Fields, listField, numberField, objectField, textField } from "./request_fields.ts";
import type { SampleCondition, Studio, StudioRequest } from "./studio.ts";

/** Most pictures of a sampling. */
const MOST_PICTURES = 32;
const SEEDS = { low: 0, high: 999_999_999, whole: true } as const;

/** The bytes of base64. @throws UserError when it is none or holds too many. */
function base64Bytes(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw new UserError("Reading the picture failed: expected base64, got something else");
  }
}

async function conditionOf(fields: Fields, studio: Studio): Promise<SampleCondition> {
  const condition = objectField(fields, "condition");
  if (condition.gallery === undefined) {
    const most = Math.ceil(MOST_BYTES.picture / 3) * 4;
    return { file: base64Bytes(textField(condition, "picture", { most })) };
  }
  const id = textField(condition, "gallery", { most: 40 });
  const item = (await studio.gallery()).find((each) => each.id === id);
  if (!item) throw new UserError(`Sampling failed: expected a picture of the gallery, got "${id}"`);
  return { item };
}

/** The unit vector on the straight line between two, `mix` of the way. */
export function between(a: Float32Array, b: Float32Array, mix: number): Float32Array {
  const line = a.map((value, i) => (1 - mix) * value + mix * b[i]!);
  const length = Math.hypot(...line);
  return length > 1e-6 ? line.map((value) => value / length) : a;
}

/** Checks and embeds. @throws UserError in one sentence. */
export async function studioRequest(
  fields: Fields,
  { studio, embedder }: { readonly studio: Studio; readonly embedder: SentenceEmbedder },
): Promise<StudioRequest> {
  const asked = listField(fields, "pictures", { least: 1, most: MOST_PICTURES }).map((picture, i) => {
    const each = objectField({ [`pictures[${i}]`]: picture }, `pictures[${i}]`);
    const texts = listField(each, "texts", { least: 1, most: 2 })
      .map((text) => checkedText(textField({ text }, "text", { most: LONGEST_TEXT })));
    return {
      texts,
      mix: texts.length < 2 ? 0 : numberField(each, "mix", { low: 0, high: 1 }),
      noise: numberField(each, "noise", { low: 0, high: 63, whole: true }),
    };
  });
  const settings = {
    condition: await conditionOf(fields, studio),
    prompt: textField(fields, "prompt", { most: LONGEST_TEXT }).trim(),
    seed: numberField(fields, "seed", SEEDS),
    adapterScale: numberField(fields, "adapterScale", { low: 0, high: 2 }),
    steps: numberField(fields, "steps", { low: 1, high: 100, whole: true }),
    guidance: numberField(fields, "guidance", { low: 0, high: 30 }),
    plus: fields.plus === true,
  };
  const texts = [...new Set(asked.flatMap((picture) => picture.texts))];
  const vectors = new Map(
    (await embedTexts(embedder, texts)).map(({ text, vector }) => [text, vector]),
  );
  return {
    ...settings,
    pictures: asked.map(({ texts: [first, second], mix, noise }) => ({
      instruction: second === undefined
        ? vectors.get(first!)!
        : between(vectors.get(first!)!, vectors.get(second)!, mix),
      noise,
    })),
  };
}
