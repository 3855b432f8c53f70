import assert from "node:assert/strict";
import { loadSentenceEncoder } from "./sentence_encoder_package.ts";
import { createPieceTokenizer } from "./sentence_pieces.ts";

// Ids made with Tokenizer.encode() of @tensorflow-models/universal-sentence-encoder 1.3.3 and the same vocabulary.
const REFERENCE: readonly (readonly [string, readonly number[]])[] = [
  ["Use the style of this image.", [3193, 9, 1717, 14, 43, 2052, 6]],
  ["take everything", [188, 640]],
  ["Köln 日本 ☃ naïve cat!", [348, 6781, 139, 85, 30, 0, 30, 0, 1216, 0, 105, 1163, 78]],
  [" two  spaces ", [30, 174, 30, 1016, 7, 30]],
  ["😀😀 IPAdapter-Instruct v2.0", [30, 0, 16, 3364, 29, 653, 332, 24, 1251, 3646, 1174, 3148, 412]],
  ["", []],
];

Deno.test("createPieceTokenizer() gives the ids of the reference tokenizer when texts have words, gaps, accents and unknown signs", async () => {
  const { vocabulary } = await loadSentenceEncoder();
  const tokenizer = createPieceTokenizer(vocabulary);
  for (const [text, ids] of REFERENCE) assert.deepEqual(tokenizer.encode(text), ids, text);
});

const RESERVED = Array.from({ length: 6 }, () => ["�", 0] as const);
const LETTERS = [["▁", -9], ["a", -9], ["b", -2], ["c", -4]] as const;

Deno.test("createPieceTokenizer() takes the split of highest total log-probability when several exist", () => {
  const tokenizer = createPieceTokenizer([...RESERVED, ...LETTERS, ["▁a", -1], ["▁ab", -5], ["bc", -2.5]]);
  assert.deepEqual(tokenizer.encode("abc"), [10, 12]); // -3.5, against -7 of a|b|c and -9 of ab|c
});

Deno.test("createPieceTokenizer() joins unknown characters into one unknown piece when they are adjacent", () => {
  const tokenizer = createPieceTokenizer([...RESERVED, ...LETTERS]);
  assert.deepEqual(tokenizer.encode("axyzb"), [6, 7, 0, 8]);
});
