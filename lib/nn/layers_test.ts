import assert from "node:assert/strict";
import { host, key, type Params, tf, toTensor } from "../engine/mod.ts";
import { multiHeadAttention, splitHeads } from "./attention.ts";
import { gatedFeedForward, gatedFeedForwardShapes } from "./feed_forward.ts";
import { initialize } from "./initialize.ts";
import { linear, linearShapes, normShapes } from "./layers.ts";
import { shapeTree } from "./shape_tree.ts";

await tf.setBackend("cpu");

const random = (seed: number, ...shape: number[]) => tf.randomNormal(shape, 0, 1, "float32", seed);
const values = (x: tf.Tensor) => Array.from(x.dataSync());

function assertNear(a: tf.Tensor, b: tf.Tensor): void {
  assert.deepEqual(a.shape, b.shape);
  const [x, y] = [values(a), values(b)];
  x.forEach((value, i) =>
    assert.ok(Math.abs(value - (y[i] as number)) < 1e-5, `${value} is not ${y[i]} at ${i}`)
  );
}

Deno.test("linear() takes a 1×1 convolution's weight as a matrix", () => {
  const weight = random(1, 3, 2), x = random(2, 4, 2);
  assertNear(linear({ weight: tf.reshape(weight, [3, 2, 1, 1]) }, x), linear({ weight }, x));
});

Deno.test("multiHeadAttention() sums contexts in proportion to their scales", () => {
  const p = { toQuery: { weight: random(1, 8, 6) }, toOut: { weight: random(2, 6, 8) } };
  const toKey = { weight: random(3, 8, 5) }, toValue = { weight: random(4, 8, 5) };
  const x = random(5, 2, 7, 6), tokens = random(6, 2, 3, 5), other = random(7, 2, 4, 5);
  const attend = (...contexts: { tokens: tf.Tensor; scale?: number | tf.Tensor }[]) =>
    multiHeadAttention(p, x, {
      heads: 2,
      contexts: contexts.map((context) => ({ toKey, toValue, ...context })),
    });
  assertNear(attend({ tokens }, { tokens, scale: 0.5 }), tf.mul(attend({ tokens }), 1.5));
  assertNear(attend({ tokens }, { tokens: other, scale: 0 }), attend({ tokens }));
  assertNear(attend({ tokens }, { tokens: other, scale: tf.scalar(0) }), attend({ tokens }));
  assertNear(attend({ tokens }, { tokens: other }), tf.add(attend({ tokens }), attend({ tokens: other })));
  assert.throws(() => attend(), /at least one context, got none/);
});

Deno.test("multiHeadAttention() ignores keys whose mask is very negative", () => {
  const p = { toQuery: { weight: random(1, 4, 4) }, toOut: { weight: random(2, 4, 4) } };
  const toKey = { weight: random(3, 4, 4) }, toValue = { weight: random(4, 4, 4) };
  const x = random(5, 1, 3, 4), tokens = random(6, 1, 5, 4);
  const first = tf.slice(tokens, [0, 0, 0], [-1, 2, -1]);
  const mask = toTensor(host([0, 0, -1e9, -1e9, -1e9], [1, 1, 1, 5]));
  assertNear(
    multiHeadAttention(p, x, { heads: 2, contexts: [{ tokens, toKey, toValue }], mask }),
    multiHeadAttention(p, x, { heads: 2, contexts: [{ tokens: first, toKey, toValue }] }),
  );
});

Deno.test("splitHeads() throws a RangeError when the width is not divisible by the heads", () => {
  assert.throws(() => splitHeads(tf.zeros([1, 2, 6]), 4), /divisible by 4 heads, got \[1,2,6\]/);
});

Deno.test("gatedFeedForward() multiplies the first half by the GELU of the second", () => {
  const p: Params = {
    "net.0.proj.weight": toTensor(host([2, 1], [2, 1])),
    "net.0.proj.bias": toTensor(host([0, 0], [2])),
    "net.2.weight": toTensor(host([1], [1, 1])),
    "net.2.bias": toTensor(host([3], [1])),
  };
  assertNear(gatedFeedForward(p, tf.ones([1, 1, 1])), tf.tensor3d([2 * 0.8413447461 + 3], [1, 1, 1]));
});

Deno.test("initialize() samples weights and biases within ±1/√fan in, and norms as the identity", () => {
  const shapes = shapeTree({ a: linearShapes(16, 40), norm: normShapes(3), ff: gatedFeedForwardShapes(8) });
  const params = initialize(key(1), shapes);
  assert.deepEqual(Object.keys(params), Object.keys(shapes));
  for (const name of ["a.weight", "a.bias"]) {
    const data = Array.from(params[name]?.data as Float32Array);
    assert.ok(data.every((value) => Math.abs(value) <= 0.25) && Math.max(...data) > 0.2, name);
  }
  assert.deepEqual(Array.from(params["norm.weight"]?.data ?? []), [1, 1, 1]);
  assert.deepEqual(Array.from(params["norm.bias"]?.data ?? []), [0, 0, 0]);
  assert.deepEqual(initialize(key(1), shapes), params);
  assert.throws(() => initialize(key(1), { latents: [1, 4, 8] }), /needs a rule for "latents"/);
});

Deno.test("shapeTree() numbers arrays and keeps the order of its parts", () => {
  const tree = shapeTree({ b: [normShapes(1), normShapes(2)], a: normShapes(3) });
  assert.deepEqual(Object.entries(tree).map(([name, shape]) => `${name}=${shape}`), [
    ...["b.0.weight=1", "b.0.bias=1", "b.1.weight=2", "b.1.bias=2", "a.weight=3", "a.bias=3"],
  ]);
});
