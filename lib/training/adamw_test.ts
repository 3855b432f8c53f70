import assert from "node:assert/strict";
import {
  compile,
  eager,
  host,
  key,
  normal,
  type ProgramFunction,
  tf,
  valueAndGradients,
} from "../engine/mod.ts";
import { readCase, type Values } from "../golden/mod.ts";
import { adamw, adamwRates, clipByGlobalNorm } from "./adamw.ts";
import { ADAMW } from "./optimizer_config.ts";
import { flatten, flattenHost, unflatten, unflattenHost } from "./flat_parameters.ts";
import { learningRate } from "./trainer.ts";

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

const step: ProgramFunction = (_, state, { gradient, rates }) => {
  const next = adamw({ params: state.params!, m: state.m!, v: state.v! }, gradient!, { rates: rates! });
  return { state: { ...next }, outputs: {} };
};
const size = start.data.length;
const parts = {
  state: { params: start, m: host(new Float32Array(size), [size]), v: host(new Float32Array(size), [size]) },
  inputs: { gradient: { shape: [size] }, rates: { shape: [3] } },
};

for (const engine of ["compiled", "cpu"] as const) {
  Deno.test(`adamw() makes the reference's five steps, engine ${engine}`, async () => {
    const program =
      await (engine === "compiled" ? compile(step, parts) : eager(step, parts, { backend: "cpu" }));
    for (let i = 0; i < 5; i++) {
      await program.run({ gradient: gradientOf(i), rates: adamwRates(i + 1, { learningRate: 0.001 }) });
      const now = unflattenHost(program.readState().params!, shapes);
      for (const name of names) {
        const { data } = golden.expected[`outputs.params.${name}`] as Values;
        const width = now[name]!.data.length;
        now[name]!.data.forEach((x, j) =>
          assert.ok(Math.abs(x - data[i * width + j]!) <= 1e-6, `${name} step ${i}`)
        );
      }
    }
    await program.dispose();
  });
}

Deno.test("clipByGlobalNorm() leaves a short gradient, shortens a long one and says how long it was", async () => {
  const program = await eager(
    (_, __, { g }) => ({ outputs: { ...clipByGlobalNorm(g!, 2) } }),
    { inputs: { g: { shape: [2] } } },
    { backend: "cpu" },
  );
  const short = await program.run({ g: Float32Array.of(0.6, 0.8) });
  assert.deepEqual([...short.gradient!.data], [...Float32Array.of(0.6, 0.8)]);
  const long = await program.run({ g: Float32Array.of(30, 40) });
  assert.equal(long.norm!.data[0], 50);
  assert.ok(Math.abs(Math.hypot(...long.gradient!.data) - 2) < 1e-5);
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

Deno.test("adamwRates() gives PyTorch's bias corrections and refuses step 0", () => {
  const [rate, stepSize, scale] = adamwRates(1, { learningRate: 0.5, config: ADAMW });
  assert.deepEqual([rate, Math.round(stepSize!), Math.round(1 / scale! ** 2 * 1e6)], [0.5, 5, 1000]);
  assert.throws(() => adamwRates(0, { learningRate: 1 }), /counts steps from 1, got 0/);
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
