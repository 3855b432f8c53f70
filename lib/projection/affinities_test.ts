import assert from "node:assert/strict";
import { key, normal } from "../engine/mod.ts";
import {
  type Affinities,
  conditionalAffinities,
  jointAffinities,
  neighboursFor,
  sparseDivergence,
} from "./affinities.ts";
import { nearestNeighbours } from "./neighbours.ts";
import type { Points } from "./points.ts";
import { jointProbabilities, klDivergence } from "./tsne_exact.ts";

const points: Points = { data: normal(key(1), 40 * 6), count: 40, width: 6 };
const layout: Points = { data: normal(key(2), 40 * 2), count: 40, width: 2 };

/** The entry (i, j), 0 where there is none. */
function entry({ rows, columns, values }: Affinities, i: number, j: number): number {
  const at = columns.subarray(rows[i], rows[i + 1]).indexOf(j);
  return at < 0 ? 0 : values[rows[i]! + at]!;
}

Deno.test("jointAffinities() equals jointProbabilities(), and sparseDivergence() klDivergence(), when all others are neighbours", async () => {
  const p = jointAffinities(await nearestNeighbours(points, { k: 39 }), { perplexity: 8 });
  const exact = jointProbabilities(points, { perplexity: 8 });
  for (let i = 0, at = 0; i < 40; i++) {
    for (let j = i + 1; j < 40; j++, at++) {
      assert.ok(Math.abs(entry(p, i, j) - exact[at]!) < 1e-6 * exact[at]! + 1e-12, `${i} ${j}`);
    }
  }
  assert.ok(Math.abs(sparseDivergence(p, layout) - klDivergence(exact, layout)) < 1e-6);
});

Deno.test("jointAffinities() are symmetric, sum to 1 and have rising columns", async () => {
  const p = jointAffinities(await nearestNeighbours(points, { k: 10 }), { perplexity: 3 });
  assert.ok(Math.abs(p.values.reduce((a, b) => a + b) - 1) < 1e-12);
  for (let i = 0; i < 40; i++) {
    const columns = p.columns.subarray(p.rows[i], p.rows[i + 1]);
    assert.deepEqual(columns, columns.slice().sort());
    for (const j of columns) {
      assert.equal(entry(p, i, j), entry(p, j, i));
      assert.notEqual(i, j);
    }
  }
});

Deno.test("conditionalAffinities() have the perplexity asked for, also with copies of points", async () => {
  const data = Float32Array.from(points.data);
  data.copyWithin(0, 6, 12); // points 0 and 1 are the same
  const neighbours = await nearestNeighbours({ ...points, data }, { k: 12 });
  const rows = conditionalAffinities(neighbours, { perplexity: 4 });
  for (let i = 0; i < 40; i++) {
    const row = rows.subarray(12 * i, 12 * (i + 1));
    const entropy = -row.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
    assert.ok(Math.abs(Math.exp(entropy) - 4) < 1e-8, `${Math.exp(entropy)}`);
  }
  assert.throws(() => conditionalAffinities(neighbours, { perplexity: 12 }), /the 12 neighbours, got 12/);
});

Deno.test("conditionalAffinities() are equal when all distances are", () => {
  const equal = { count: 1, k: 5, indices: new Uint32Array(5), distances: new Float64Array(5).fill(2) };
  assert.deepEqual([...conditionalAffinities(equal, { perplexity: 3 })], [0.2, 0.2, 0.2, 0.2, 0.2]);
});

Deno.test("neighboursFor() is three perplexities and one, at most all others", () => {
  assert.equal(neighboursFor(30, 5000), 91);
  assert.equal(neighboursFor(30, 50), 49);
});
