import assert from "node:assert/strict";
import { key, normal } from "../engine/random.ts";
import { topOneAccuracy, topOneHits } from "./retrieval.ts";

const captions = Array.from({ length: 6 }, (_, i) => normal(key(i), 8));

Deno.test("topOneAccuracy() gives 1 when each query is its own candidate and 0 when all candidates are alike", () => {
  assert.equal(topOneAccuracy(captions, captions), 1);
  assert.equal(topOneAccuracy(captions, captions.map(() => captions[0] as Float32Array)), 0);
  assert.equal(topOneAccuracy(captions, [...captions.slice(1), captions[0] as Float32Array]), 0);
  assert.throws(() => topOneAccuracy(captions, []), /expected 6/);
});

Deno.test("topOneHits() tells which queries are found", () => {
  const swapped = [captions[1], captions[0], ...captions.slice(2)] as Float32Array[];
  assert.deepEqual(topOneHits(captions, swapped), [false, false, true, true, true, true]);
});
