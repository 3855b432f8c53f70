import assert from "node:assert/strict";
import { key, normal } from "../engine/mod.ts";
import type { Points } from "./points.ts";
import { jointProbabilities, klDivergence, klGradient } from "./tsne_exact.ts";

const points: Points = { data: normal(key(1), 30 * 5), count: 30, width: 5 };
const layout: Points = { data: Float64Array.from(normal(key(2), 30 * 2)), count: 30, width: 2 };
const p = jointProbabilities(points, { perplexity: 8 });

Deno.test("jointProbabilities() sums to one half over pairs and has the perplexity of equal neighbours on a ring", () => {
  assert.ok(Math.abs(p.reduce((a, b) => a + b) - 0.5) < 1e-12);
  const ring = Float64Array.from(
    { length: 24 },
    (_, i) => Math.cos(Math.PI * Math.floor(i / 2) / 6 - (i % 2) * Math.PI / 2),
  );
  const q = jointProbabilities({ data: ring, count: 12, width: 2 }, { perplexity: 4 });
  const first = Float64Array.from(q.subarray(0, 11), (value) => 12 * value); // on a ring p_j|i is symmetric
  const entropy = -first.reduce((sum, value) => sum + value * Math.log(value), 0);
  assert.ok(Math.abs(Math.exp(entropy) - 4) < 1e-6, `${Math.exp(entropy)}`);
  assert.throws(() => jointProbabilities(points, { perplexity: 30 }), /between 1 and 29, got 30/);
});

Deno.test("klGradient() is the derivative of klDivergence()", () => {
  const gradient = klGradient(p, layout);
  for (const at of [0, 7, 33, 59]) {
    const moved = (step: number) => {
      const data = Float64Array.from(layout.data);
      data[at] = data[at]! + step;
      return klDivergence(p, { ...layout, data });
    };
    assert.ok(Math.abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - gradient[at]!) < 1e-8);
  }
});

Deno.test("klDivergence() falls along the negative gradient", () => {
  const gradient = klGradient(p, layout);
  const data = Float64Array.from(layout.data, (x, i) => x - 0.5 * gradient[i]!);
  assert.ok(klDivergence(p, { ...layout, data }) < klDivergence(p, layout));
});
