import assert from "node:assert/strict";
import { key, normal } from "../../../lib/engine/mod.ts";
import { applyLinear, fitRidge } from "./ridge.ts";

const vectors = (seed: number, count: number, width: number): Float32Array[] =>
  Array.from({ length: count }, (_, i) => normal(key(1000 * seed + i), width));

/** y = (2 x₀ − 3 x₁ + 5, x₂): what no other coordinate has a part in. */
const planted = (x: Float32Array): number[] => [2 * x[0]! - 3 * x[1]! + 5, x[2]!];

const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number) =>
  Array.from(a).forEach((value, i) => assert.ok(Math.abs(value - b[i]!) < tolerance, `${value}, ${b[i]}`));

Deno.test("fitRidge() finds a planted linear relation, scales and all, and holds for items it has not seen", async () => {
  const features = vectors(1, 200, 6).map((x) => x.map((value, d) => (10 ** (d % 3)) * value + d));
  const map = await fitRidge(features, features.map(planted), { ridge: 1e-6 });
  const unseen = vectors(2, 20, 6);
  applyLinear(map, unseen).forEach((found, i) => near(found, planted(unseen[i]!), 1e-3));
  near(map.weights.subarray(6), [0, 0, 0, 0, 0, 0], 1e-4);
});

Deno.test("fitRidge() gives the same map through either matrix: a feature held many times shares its weight", async () => {
  const features = vectors(3, 12, 4);
  const targets = features.map((x) => [...planted(x), x[3]! * x[0]!]);
  const [copies, ridge] = [5, 0.1];
  const repeated = features.map((x) => Float32Array.from({ length: 4 * copies }, (_, d) => x[d % 4]!));
  const primal = await fitRidge(features, targets, { ridge });
  // w = Σ w_copy under the penalty λ Σ w_copy² is one weight under λ/copies w².
  const dual = await fitRidge(repeated, targets, { ridge: ridge * copies });
  assert.ok(repeated[0]!.length > repeated.length && features[0]!.length < features.length);
  applyLinear(primal, features).forEach((found, i) => near(found, applyLinear(dual, repeated)[i]!, 1e-4));
});

Deno.test("fitRidge() gives the mean where features say nothing, and takes features that never change", async () => {
  const features = vectors(4, 10, 3).map(() => Float32Array.from([1, 2, 3]));
  const targets = features.map((_, i) => [i]);
  const map = await fitRidge(features, targets, { ridge: 0.1 });
  near(applyLinear(map, features).map(([value]) => value!), targets.map(() => 4.5), 1e-5);
});

Deno.test("fitRidge() and applyLinear() name sizes that do not fit", async () => {
  const features = vectors(5, 4, 3);
  await assert.rejects(
    () => fitRidge(features, [[1]], { ridge: 1 }),
    /^RangeError: Fitting needs .* got 4 and 1$/,
  );
  await assert.rejects(() => fitRidge(features, features, { ridge: 0 }), /a ridge above 0, got 0$/);
  await assert.rejects(
    () => fitRidge([features[0]!, [1]], [[1], [2]], { ridge: 1 }),
    /of one width, 3, got 1 at 1$/,
  );
  const map = await fitRidge(features, features, { ridge: 1 });
  assert.throws(() => applyLinear(map, [[1, 2]]), /features of width 3, got 2$/);
});
