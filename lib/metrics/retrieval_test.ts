import assert from "node:assert/strict";
import { key, normal } from "../engine/random.ts";
import { ranksFirst, topOneHits } from "./retrieval.ts";

const captions = Array.from({ length: 6 }, (_, i) => normal(key(i), 8));

Deno.test("topOneHits() finds all where each query is its own candidate and none where all candidates are alike", () => {
  assert.ok(topOneHits(captions, captions).every((hit) => hit));
  assert.ok(topOneHits(captions, captions.map(() => captions[0] as Float32Array)).every((hit) => !hit));
  assert.ok(topOneHits(captions, [...captions.slice(1), captions[0] as Float32Array]).every((hit) => !hit));
  assert.throws(() => topOneHits(captions, []), /expected 6/);
});

Deno.test("topOneHits() finds which queries are found", () => {
  const swapped = [captions[1], captions[0], ...captions.slice(2)] as Float32Array[];
  assert.deepEqual(topOneHits(captions, swapped), [false, false, true, true, true, true]);
});

Deno.test("ranksFirst() is true only where the own name beats every other, however small both are, and a tie is none", () => {
  const names = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((each) => Float32Array.from(each));
  const picture = Float32Array.from([0.2, 0.1, -0.4]);
  assert.deepEqual(names.map((_, own) => ranksFirst(picture, names, own)), [true, false, false]);
  // The length of the picture's vector says nothing, nor does a cosine that is high beside a higher one.
  assert.ok(ranksFirst(picture.map((value) => 100 * value), names, 0));
  assert.ok(!ranksFirst(Float32Array.from([0.9, 0.91, 0]), names, 0));
  assert.ok(!ranksFirst(Float32Array.from([1, 1, 0]), names, 0));
});
