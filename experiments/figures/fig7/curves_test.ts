import assert from "node:assert/strict";
import { curvesBySeed, curvesOf, gainReached } from "./curves.ts";
import type { ValidationPoint } from "../../../lib/report/mod.ts";

/** Scores of one model on one task by seed, at steps 0, 10, …. */
const points = (scores: Readonly<Record<number, readonly number[]>>): ValidationPoint[] =>
  Object.entries(scores).flatMap(([seed, own]) =>
    own.map((mean, i) => ({
      row: "instruct",
      task: "face",
      metric: "CLIP-I",
      seed: Number(seed),
      step: 10 * i,
      mean,
      n: 4,
    }))
  );

Deno.test("curvesOf() counts step 0 as reached, keeps every seed, and leaves out steps that one lacks", () => {
  const [curve] = curvesOf(points({ 1: [0.5, 0.3, 0.5, 0.9], 2: [0.7, 0.5, 0.6] }));
  assert.deepEqual(curve?.steps, [0, 10, 20]);
  assert.deepEqual(curve?.mean.map((value) => value.toFixed(2)), ["0.60", "0.40", "0.55"]);
  assert.deepEqual(curve?.seeds, [{ seed: 1, scores: [0.5, 0.3, 0.5] }, {
    seed: 2,
    scores: [0.7, 0.5, 0.6],
  }]);
  assert.equal(curve?.reached, 0);
});

Deno.test("curvesBySeed() parts the curves of each seed", () => {
  const curves = curvesOf(points({ 1: [0.5, 0.3], 2: [0.7, 0.5] }));
  assert.deepEqual(curvesBySeed(curves).map(([curve]) => curve?.mean), [[0.5, 0.3], [0.7, 0.5]]);
});

Deno.test("gainReached() asks for a share of the gain, where there is one and the start was measured", () => {
  const steps = [0, 10, 20, 30];
  assert.equal(gainReached({ steps, mean: [0.8, 0.81, 0.84, 0.84] }), 20);
  assert.equal(gainReached({ steps, mean: [0.8, 0.9, 0.85, 0.84] }), 10);
  assert.equal(gainReached({ steps, mean: [0.8, 0.9, 0.9, 0.8] }), null);
  assert.equal(gainReached({ steps: [10, 20, 30], mean: [0.8, 0.84, 0.84] }), null);
});
