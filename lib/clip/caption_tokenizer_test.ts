import assert from "node:assert/strict";
import { UserError } from "../engine/mod.ts";
import { captionVocabulary, captionWords, createCaptionTokenizer } from "./caption_tokenizer.ts";

Deno.test("captionWords() splits off punctuation when a text has marks, capitals and apostrophes", () => {
  assert.deepEqual(captionWords("A dog's  T-shirt, 3d-render!"), [
    "a",
    "dog's",
    "t",
    "-",
    "shirt",
    ",",
    "3d",
    "-",
    "render",
    "!",
  ]);
  assert.deepEqual(captionWords(" \n"), []);
});

Deno.test("createCaptionTokenizer() frames words as CLIP does when a caption is shorter than a row", () => {
  const tokenizer = createCaptionTokenizer(["a", "cat", "on"], { length: 8 });
  assert.deepEqual([...tokenizer.encode(["A cat on a tree"])], [4, 0, 1, 2, 0, 3, 5, 5]);
  assert.deepEqual([...tokenizer.encode([""])], [4, 5, 5, 5, 5, 5, 5, 5]);
  assert.equal(tokenizer.size, 6);
});

Deno.test("createCaptionTokenizer() puts the row's first maximum at the end of the text when padded with the end id", () => {
  const tokenizer = createCaptionTokenizer(["a", "cat"]);
  const row = tokenizer.encode(["a cat"]);
  assert.equal(row.length, 24);
  assert.equal(row.indexOf(Math.max(...row)), 3);
});

Deno.test("unknownWords() names each word outside the vocabulary once when a caption has some", () => {
  const tokenizer = createCaptionTokenizer(["a", ","]);
  assert.deepEqual(tokenizer.unknownWords("A zebra, a zebra, a gnu"), ["zebra", "gnu"]);
  assert.equal(tokenizer.decode(tokenizer.encode(["a zebra"])), "a �");
});

Deno.test("createCaptionTokenizer() is the same tokenizer again when rebuilt from its serialised words", () => {
  const words = captionVocabulary(["a red apple, on a beach", "the apple"]);
  assert.deepEqual(words, [",", "a", "apple", "beach", "on", "red", "the"]);
  const first = createCaptionTokenizer(words);
  const second = createCaptionTokenizer(JSON.parse(JSON.stringify(first.words)));
  assert.deepEqual(second.encode(["a red apple"]), first.encode(["a red apple"]));
  assert.equal(first.decode(first.encode(["the red Apple"])), "the red apple");
});

Deno.test("encode() refuses a caption when it has more words than a row holds", () => {
  const tokenizer = createCaptionTokenizer(["a"], { length: 4 });
  assert.throws(
    () => tokenizer.encode(["a a a"]),
    (error: Error) => error instanceof UserError && /at most 2 words, got 3/.test(error.message),
  );
});

Deno.test("createCaptionTokenizer() refuses words when they repeat or are no single lower-case word", () => {
  for (const words of [["a", "a"], ["A"], ["two words"], [""]]) {
    assert.throws(() => createCaptionTokenizer(words), RangeError);
  }
});
