import assert from "node:assert/strict";
import { key, normal } from "../engine/random.ts";
import { clipI, clipS, clipScore, cosine } from "./clip_scores.ts";

const [a, b, c, d] = [1, 2, 3, 4].map((seed) => normal(key(seed), 16)) as [
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
];

Deno.test("cosine() does not change when either embedding is scaled", () => {
  assert.ok(Math.abs(cosine(a, b) - cosine(a.map((x) => 3 * x), b.map((x) => 0.5 * x))) < 1e-6);
  assert.equal(cosine(a, new Float32Array(16)), 0);
  assert.throws(() => cosine(a, new Float32Array(15)), /expected \[16\], got \[15\]/);
});

Deno.test("clipScore() clips opposed embeddings to zero and scales the rest by 2.5", () => {
  assert.equal(clipScore(a, a.map((x) => -x)), 0);
  assert.ok(Math.abs(clipScore(a, a) - 2.5) < 1e-12);
  assert.equal(clipI(a, b), cosine(a, b));
});

Deno.test("clipS() gives its maximum when the generated image and prompt copy the condition's", () => {
  assert.ok(
    Math.abs(clipS({ generated: a, generatedPrompt: b, condition: a, conditionPrompt: b }) - 2.5) < 1e-12,
  );
  const pair = { generated: a, generatedPrompt: b, condition: c, conditionPrompt: d };
  const swapped = { generated: c, generatedPrompt: d, condition: a, conditionPrompt: b };
  assert.ok(Math.abs(clipS(pair) - clipS(swapped)) < 1e-12);
});
