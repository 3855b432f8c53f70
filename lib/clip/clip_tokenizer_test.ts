import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { UserError } from "../engine/mod.ts";
import { type ClipTokenizer, clipTokenizerFromJson, clipTokenizerFromVocabulary } from "./clip_tokenizer.ts";

// Written by transformers: see testdata/make_tokenizer.py.
const read = (name: string) => readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8");
const expected = JSON.parse(read("tokens.json")) as {
  length: number;
  texts: string[];
  ids: number[][];
  cut: number[];
};
const files = { vocab: read("vocab.json"), merges: read("merges.txt") };
const forms: [string, (options: { length?: number; pad?: number }) => ClipTokenizer][] = [
  ["clipTokenizerFromJson()", (options) => clipTokenizerFromJson(read("tokenizer.json"), options)],
  ["clipTokenizerFromVocabulary()", (options) => clipTokenizerFromVocabulary(files, options)],
];

for (const [name, make] of forms) {
  Deno.test(`${name} gives transformers' ids: case, blanks, contractions, accents, emoji, special tokens in the text`, () => {
    const tokenizer = make({ length: expected.length });
    const rows = tokenizer.encode(expected.texts);
    expected.texts.forEach((text, i) => {
      const row = rows.subarray(i * expected.length, (i + 1) * expected.length);
      assert.deepEqual(Array.from(row), expected.ids[i], JSON.stringify(text));
    });
  });

  Deno.test(`${name} refuses a text that is too long, and cuts it as transformers does when asked to`, () => {
    const tokenizer = make({ length: 8 });
    const long = "a cat ".repeat(20);
    assert.throws(() => tokenizer.encode([long]), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /expected at most 6 pieces, got 40/);
      return true;
    });
    assert.deepEqual(Array.from(tokenizer.encode([long], { truncate: true })), expected.cut);
  });
}

Deno.test("clipTokenizerFromVocabulary() pads with what it is given and has CLIP's length by default", () => {
  const plain = clipTokenizerFromVocabulary(files), open = clipTokenizerFromVocabulary(files, { pad: 0 });
  assert.equal(plain.encode(["a", "cat"]).length, 2 * 77);
  assert.equal(plain.encode([""])[76], plain.end);
  assert.deepEqual(Array.from(open.encode([""]).subarray(0, 4)), [open.begin, open.end, 0, 0]);
  assert.throws(() => clipTokenizerFromVocabulary(files, { length: 1 }), RangeError);
});

Deno.test("clipTokenizerFromJson() and clipTokenizerFromVocabulary() say what is wrong with a file", () => {
  const cases: [() => unknown, RegExp][] = [
    [() => clipTokenizerFromJson("{"), /no JSON/],
    [() => clipTokenizerFromJson('{"model":{"type":"WordPiece"}}'), /expected a model of type "BPE"/],
    [
      () => clipTokenizerFromJson('{"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}'),
      /expected the pieces <\|startoftext/,
    ],
    [() => clipTokenizerFromVocabulary({ ...files, vocab: "[]" }), /expected an object of ids/],
    [() => clipTokenizerFromVocabulary({ ...files, merges: "a b c" }), /two pieces a line, got "a b c"/],
  ];
  for (const [make, message] of cases) {
    assert.throws(make, (error) => error instanceof UserError && message.test(error.message));
  }
});
