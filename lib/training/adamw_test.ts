import assert from "node:assert/strict";
import { eager, fold, host, key, normal, tf, valueAndGradients } from "../engine/mod.ts";
import { readCase, type Values } from "../golden/mod.ts";
import { adamw, clipFactor } from "./adamw.ts";
import { flatten, flattenHost, unflatten, unflattenHost } from "./flat_parameters.ts";
import { learningRate } from "./trainer.ts";
import { ADAMW } from "./optimizer_config.ts";
import { follow, meanGradient, PIECE } from "./update_kernel.ts";

const golden = readCase("adamw");
const names = ["matrix", "vector", "tiny_gradient", "zero_gradient"];
const shapes = Object.fromEntries(names.map((name) => [name, golden.inputs[`params.${name}`]!.shape]));
const start = flattenHost(
  Object.fromEntries(names.map((name) => [name, golden.inputs[`params.${name}`]!])),
  shapes,
);

function gradientOf(step: number) {
  const at = (name: string) => {
    const { data, shape } = golden.inputs[`gradients.${name}`]!;
    const size = data.length / shape[0]!;
    return host(data.slice(step * size, (step + 1) * size), shape.slice(1));
  };
  return flattenHost(Object.fromEntries(names.map((name) => [name, at(name)])), shapes);
}

Deno.test("adamw() makes the reference's five steps", () => {
  const state = {
    params: (start.data as Float32Array).slice(),
    m: new Float32Array(start.data.length),
    v: new Float32Array(start.data.length),
  };
  for (let i = 0; i < 5; i++) {
    adamw(state, gradientOf(i).data as Float32Array, { step: i + 1, learningRate: 0.001 });
    const now = unflattenHost(host(state.params, start.shape), shapes);
    for (const name of names) {
      const { data } = golden.expected[`outputs.params.${name}`] as Values;
      const width = now[name]!.data.length;
      now[name]!.data.forEach((x, j) =>
        assert.ok(Math.abs(x - data[i * width + j]!) <= 1e-6, `${name} step ${i}`)
      );
    }
  }
});

Deno.test("adamw() computes its formulas in float64 and rounds what it keeps, for vectors of any length", () => {
  const [beta1, beta2] = ADAMW.betas;
  const [step, learningRate, factor] = [3, 1e-3, 0.7];
  for (const size of [0, 1, 2, PIECE - 1, PIECE, 2 * PIECE + 3]) {
    const drawn = (name: string) => normal(fold(key("adamw"), name), size);
    const [params, m, v, gradient] = [drawn("θ"), drawn("m"), drawn("v").map(Math.abs), drawn("g")];
    const state = { params: params.slice(), m: m.slice(), v: v.slice() };
    adamw(state, gradient, { step, learningRate, factor });
    for (let i = 0; i < size; i++) {
      const g = gradient[i]! * factor;
      const mean = m[i]! * beta1 + g * (1 - beta1);
      const square = v[i]! * beta2 + g * g * (1 - beta2);
      const scale = 1 / Math.sqrt(1 - beta2 ** step);
      const change = mean * (learningRate / (1 - beta1 ** step)) / (Math.sqrt(square) * scale + ADAMW.eps);
      const expected = [params[i]! * (1 - learningRate * ADAMW.weight_decay) - change, mean, square];
      assert.deepEqual(
        [state.params[i], state.m[i], state.v[i]],
        expected.map(Math.fround),
        `${i} of ${size}`,
      );
    }
  }
});

Deno.test("adamw() multiplies the gradient by a factor first, and counts steps from 1", () => {
  const state = () => ({
    params: Float32Array.of(1, 2),
    m: Float32Array.of(0.5, 0.25),
    v: Float32Array.of(0.5, 0.25),
  });
  const [scaled, given] = [state(), state()];
  adamw(scaled, Float32Array.of(4, -8), { step: 2, learningRate: 0.1, factor: 0.25 });
  adamw(given, Float32Array.of(1, -2), { step: 2, learningRate: 0.1 });
  assert.deepEqual(scaled, given);
  assert.throws(
    () => adamw(state(), Float32Array.of(1, 2), { step: 0, learningRate: 1 }),
    /^RangeError: adamw\(\) counts steps from 1, got 0$/,
  );
  const lengths = /^RangeError: An optimiser needs vectors of one length, got 2 and 1$/;
  assert.throws(() => adamw(state(), Float32Array.of(1), { step: 1, learningRate: 1 }), lengths);
  assert.throws(() => meanGradient([Float32Array.of(1, 2), Float32Array.of(1)]), lengths);
});

Deno.test("meanGradient() makes the first the mean and sums its squares", () => {
  const [a, b] = [Float32Array.of(1, 6), Float32Array.of(5, 2)];
  assert.equal(meanGradient([a, b]), 25);
  assert.deepEqual([[...a], [...b]], [[3, 4], [5, 2]]);
  assert.equal(meanGradient([b]), 29);
  assert.deepEqual([...b], [5, 2]);
});

Deno.test("meanGradient() and follow() take vectors of any length, and many of them", () => {
  for (const size of [0, 1, PIECE + 1]) {
    const [a, b, c] = ["a", "b", "c"].map((name) => normal(fold(key("mean"), name), size)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const expected = a.map((x, i) => Math.fround(Math.fround(x + b[i]!) + c[i]!) * (1 / 3));
    const average = a.slice();
    const squares = meanGradient([a, b, c]);
    assert.deepEqual(a, expected);
    assert.ok(Math.abs(squares - expected.reduce((sum, x) => sum + x * x, 0)) <= 1e-9 * size);
    const followed = average.map((x, i) => x * 0.9 + c[i]! * (1 - 0.9));
    follow(average, c, 0.9);
    assert.deepEqual(average, followed);
  }
});

Deno.test("clipFactor() leaves a short gradient and shortens a long one", () => {
  assert.equal(clipFactor(1, 2), 1);
  assert.ok(Math.abs(50 * clipFactor(50, 2) - 2) < 1e-5);
});

Deno.test("unflatten() undoes flatten(), and gradients pass through it", async () => {
  const tree = { a: [2, 3], b: [4], c: [1, 1, 2] };
  const flat = normal(key(1), 12);
  const program = await eager(
    (_, __, { flat }) => {
      const loss = (v: tf.Tensor) => {
        const p = unflatten(v, tree);
        return tf.add(tf.sum(tf.square(p.a!)), tf.mul(tf.sum(p.c!), 3)) as tf.Scalar;
      };
      const { grads } = valueAndGradients((p) => ({ loss: loss(p.flat!) }), { flat: flat! });
      return { outputs: { back: flatten(unflatten(flat!, tree), tree), gradient: grads.flat! } };
    },
    { inputs: { flat: { shape: [12] } } },
    { backend: "cpu" },
  );
  const { back, gradient } = await program.run({ flat });
  assert.deepEqual(back!.data, flat);
  assert.deepEqual([...gradient!.data], [...flat.map((x, i) => i < 6 ? 2 * x : i < 10 ? 0 : 3)]);
});

Deno.test("learningRate() rises in the warm-up, then falls to zero at the end", () => {
  for (const kind of ["linear", "cosine"] as const) {
    const schedule = { kind, lr: 2, warmup: 10, total: 50 };
    assert.equal(learningRate(schedule, 0), 0);
    assert.equal(learningRate(schedule, 10), 2);
    assert.ok(Math.abs(learningRate(schedule, 30) - 1) < 1e-12);
    assert.ok(Math.abs(learningRate(schedule, 50)) < 1e-12);
  }
  assert.equal(learningRate({ kind: "constant", lr: 3, warmup: 0 }, 1e6), 3);
});
