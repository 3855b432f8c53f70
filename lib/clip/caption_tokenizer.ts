/**
 * Word-level tokenizer of the mini scale's base text encoder. The conventions are CLIP's: begin of text first, end of text after the
 * last word, padding with end of text, and end of text has the highest id, so the first maximum of a row is the place to pool.
 */
import { UserError } from "../engine/mod.ts";

/** Tokens of a row when nothing else is said, begin and end included. */
export const CAPTION_LENGTH = 24;

/** Maps captions to rows of word ids. Ids: the words in their order, then unknown, begin, end (= padding). */
export interface CaptionTokenizer {
  /** The words; `createCaptionTokenizer(words, { length })` makes the same tokenizer again. Goes into a checkpoint's header as JSON. */
  readonly words: readonly string[];
  /** Number of ids: words and the three special ones. */
  readonly size: number;
  /** Tokens of a row. */
  readonly length: number;
  /** Id of a word outside the vocabulary. */
  readonly unknown: number;
  /** Id at the start of every row. */
  readonly begin: number;
  /** Id after the last word and on padding; the highest. */
  readonly end: number;
  /**
   * Ids of each caption → [batch length], row-major.
   *
   * @throws UserError when a caption has more than `length` − 2 words; nothing is cut off silently.
   */
  encode(captions: readonly string[]): Int32Array;
  /** The words of a caption that have no id of their own, once each, in order. */
  unknownWords(caption: string): string[];
  /** The words of a row up to its end; "�" for an unknown one. */
  decode(ids: ArrayLike<number>): string;
}

/** Words of a text: lower case, each punctuation mark alone, an apostrophe inside a word kept ("dog's"). */
export function captionWords(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().match(
    /[\p{L}\p{M}\p{N}]+(?:'\p{L}+)*|[^\s\p{L}\p{M}\p{N}]/gu,
  ) ?? [];
}

/** The distinct words of captions, sorted: the vocabulary for {@link createCaptionTokenizer}. */
export function captionVocabulary(captions: Iterable<string>): string[] {
  const words = new Set<string>();
  for (const caption of captions) for (const word of captionWords(caption)) words.add(word);
  return [...words].sort();
}

/**
 * Builds the tokenizer of a list of words.
 *
 * @throws RangeError when a word occurs twice, is none (upper case, blank, two words), or `length` has no room for one word.
 */
export function createCaptionTokenizer(
  words: readonly string[],
  options: { length?: number } = {},
): CaptionTokenizer {
  const { length = CAPTION_LENGTH } = options;
  if (!Number.isInteger(length) || length < 3) {
    throw new RangeError(`createCaptionTokenizer() needs a length of at least 3, got ${length}`);
  }
  const ids = new Map<string, number>();
  for (const word of words) {
    const parts = captionWords(word);
    if (parts.length !== 1 || parts[0] !== word) {
      throw new RangeError(`createCaptionTokenizer() needs single lower-case words, got "${word}"`);
    }
    if (ids.has(word)) {
      throw new RangeError(`createCaptionTokenizer() needs distinct words, got "${word}" twice`);
    }
    ids.set(word, ids.size);
  }
  const [unknown, begin, end] = [words.length, words.length + 1, words.length + 2];
  return {
    words: [...words],
    size: words.length + 3,
    length,
    unknown,
    begin,
    end,
    encode(captions) {
      const rows = new Int32Array(captions.length * length).fill(end);
      captions.forEach((caption, row) => {
        const found = captionWords(caption);
        if (found.length > length - 2) {
          const start = caption.length > 40 ? caption.slice(0, 40) + "…" : caption;
          throw new UserError(
            `Encoding "${start}" failed: expected at most ${length - 2} words, got ${found.length}`,
          );
        }
        rows[row * length] = begin;
        found.forEach((word, i) => rows[row * length + 1 + i] = ids.get(word) ?? unknown);
      });
      return rows;
    },
    unknownWords: (caption) => [...new Set(captionWords(caption).filter((word) => !ids.has(word)))],
    decode(row) {
      const found: string[] = [];
      for (const id of Array.from(row)) {
        if (id === end) break;
        if (id !== begin) found.push(words[id] ?? "�");
      }
      return found.join(" ");
    },
  };
}
