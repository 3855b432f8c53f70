/** Captions of random words, and the text encoder that reads them. */
import { fold, host, type HostArray, type Key, stream } from "../../lib/engine/mod.ts";
import { createCaptionTokenizer, type TextTowerConfig } from "../../lib/clip/mod.ts";
import { captionVocabulary } from "../../lib/tasks/mod.ts";
import { miniText } from "../../experiments/mini/models.ts";

/** Sizes of a text encoder with the words it knows. */
export interface Captioning {
  readonly text: TextTowerConfig;
  readonly words: readonly string[];
}

/** The mini scale's. */
export function miniCaptioning(): Captioning {
  const words = captionVocabulary();
  const tokenizer = createCaptionTokenizer(words);
  return { text: miniText(tokenizer.size, tokenizer.end), words };
}

/** The tokenizer of a {@link Captioning}. */
export function tokenizerOf({ words, text }: Captioning) {
  return createCaptionTokenizer(words, { length: text.max_position_embeddings });
}

/** Ids [batch tokens] of captions of one to all-but-two random words. */
export function randomCaptions(from: Key, captioning: Captioning, batch: number): HostArray {
  const tokenizer = tokenizerOf(captioning);
  const captions = Array.from({ length: batch }, (_, i) => {
    const random = stream(fold(from, i, "caption"));
    const count = random.int(1, tokenizer.length - 2);
    return Array.from({ length: count }, () => random.pick(captioning.words)).join(" ");
  });
  return host(tokenizer.encode(captions), [batch, tokenizer.length]);
}
