/**
 * CLIP's byte-pair tokenizer as Stable Diffusion and ViT-H/14 use it, out of a published `tokenizer.json` or `vocab.json` and `merges.txt`.
 * The splitting itself is npm's `@huggingface/tokenizers`; here are CLIP's conventions: begin of text, the pieces, end of text, padding.
 * Source: transformers' CLIPTokenizer, whose ids it gives.
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { isJsonObject, UserError } from "../engine/mod.ts";

/** Maps texts to rows of ids. */
export interface ClipTokenizer {
  /** Ids of a row: 77 for CLIP, begin and end included. */
  readonly length: number;
  /** Id at the start of every row. */
  readonly begin: number;
  /** Id after the last piece. */
  readonly end: number;
  /** Id on the rest of the row: the end token in Stable Diffusion, 0 in open_clip. */
  readonly pad: number;
  /**
   * Ids of each text → [batch length], row-major.
   *
   * @throws UserError when a text has more pieces than a row holds; nothing is cut off silently.
   */
  encode(texts: readonly string[], options?: { truncate?: boolean }): Int32Array;
}

/** How rows are filled. */
export interface ClipTokenizerOptions {
  /** Ids of a row; 77 if absent. */
  readonly length?: number;
  /** Id on the rest of the row; the end token's if absent. */
  readonly pad?: number;
}

const BEGIN = "<|startoftext|>", END = "<|endoftext|>";

/** What a tokenizer.json must have for a CLIP tokenizer. */
interface TokenizerJson {
  readonly model: { readonly type: string; readonly vocab: Readonly<Record<string, number>> };
}

function isTokenizerJson(value: unknown): value is TokenizerJson {
  const model = (value as { model?: { type?: unknown; vocab?: unknown } } | null)?.model;
  return model?.type === "BPE" && typeof model.vocab === "object" && model.vocab !== null;
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`Reading ${what} failed: it is no JSON`);
  }
}

/**
 * The tokenizer of a `tokenizer.json`.
 *
 * @param json the file's text.
 * @throws UserError when it describes no byte-pair tokenizer with CLIP's begin and end tokens.
 */
export function clipTokenizerFromJson(json: string, options: ClipTokenizerOptions = {}): ClipTokenizer {
  const description = parsed(json, "tokenizer.json");
  if (!isTokenizerJson(description)) {
    throw new UserError(
      'Reading tokenizer.json failed: expected a model of type "BPE" with a vocab, got none',
    );
  }
  return build(description, options);
}

/**
 * The tokenizer of a `vocab.json` and a `merges.txt`, as in the folder `tokenizer` of Stable Diffusion 1.5.
 *
 * @param files the files' texts.
 * @throws UserError when they are no vocabulary and merges with CLIP's begin and end tokens.
 */
export function clipTokenizerFromVocabulary(
  files: { readonly vocab: string; readonly merges: string },
  options: ClipTokenizerOptions = {},
): ClipTokenizer {
  const vocab = parsed(files.vocab, "vocab.json");
  if (!isJsonObject(vocab)) {
    throw new UserError("Reading vocab.json failed: expected an object of ids by piece");
  }
  const merges = files.merges.split("\n").filter((line) => line !== "" && !line.startsWith("#version"))
    .map((line) => line.trimEnd().split(" "));
  const wrong = merges.find((pair) => pair.length !== 2);
  if (wrong) {
    throw new UserError(`Reading merges.txt failed: expected two pieces a line, got "${wrong.join(" ")}"`);
  }
  return build(describe(vocab as Record<string, number>, merges), options);
}

/** The tokenizer.json that transformers' CLIPTokenizer makes of a vocabulary and merges. */
function describe(vocab: Record<string, number>, merges: readonly string[][]): TokenizerJson {
  const special = (content: string) => ({
    id: vocab[content],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const regex =
    "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
  const description = {
    version: "1.0",
    added_tokens: [special(BEGIN), special(END)],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
        { type: "Lowercase" },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: regex }, behavior: "Removed", invert: true },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: "RobertaProcessing",
      sep: [END, vocab[END]],
      cls: [BEGIN, vocab[BEGIN]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: END,
      continuing_subword_prefix: "",
      end_of_word_suffix: "</w>",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
  return description;
}

function build(description: TokenizerJson, options: ClipTokenizerOptions): ClipTokenizer {
  const { vocab } = description.model;
  const [begin, end] = [vocab[BEGIN], vocab[END]];
  if (begin === undefined || end === undefined) {
    throw new UserError(
      `Reading the tokenizer failed: expected the pieces ${BEGIN} and ${END}, got a vocabulary without`,
    );
  }
  const { length = 77, pad = end } = options;
  if (!Number.isInteger(length) || length < 2) {
    throw new RangeError(`A CLIP tokenizer needs rows of at least 2 ids, got ${length}`);
  }
  const tokenizer = new Tokenizer(description, {});
  return {
    length,
    begin,
    end,
    pad,
    encode(texts, { truncate = false } = {}) {
      const rows = new Int32Array(texts.length * length).fill(pad);
      texts.forEach((text, row) => {
        const ids = tokenizer.encode(text, { add_special_tokens: false }).ids;
        if (ids.length > length - 2 && !truncate) {
          const start = text.length > 40 ? text.slice(0, 40) + "…" : text;
          throw new UserError(
            `Encoding "${start}" failed: expected at most ${
              length - 2
            } pieces, got ${ids.length}: shorten the text`,
          );
        }
        rows.set([begin, ...ids.slice(0, length - 2), end], row * length);
      });
      return rows;
    },
  };
}
