import assert from "node:assert/strict";
import { fold, key, normal } from "../engine/mod.ts";
import { compileOptimizer, type FlatState } from "./optimizer.ts";
import { ADAMW, ADAMW_OPTIMIZER } from "./optimizer_config.ts";

/** Many pieces, and a last one of odd size. */
const SIZE = 2 ** 16 + 1001;
const noise = (name: string, std = 1) => normal(fold(key("optimizer"), name), SIZE, { std });
const state = (): FlatState => ({
  params: noise("p"),
  m: noise("m", 0.1),
  v: noise("v").map(Math.abs),
  average: noise("average"),
});
const optimizer = await compileOptimizer({
  layout: { adamwSize: SIZE, stacks: [] },
  optimizer: ADAMW_OPTIMIZER,
  clipNorm: 1,
  engine: () => Promise.reject(new Error("AdamW needs no program")),
});

Deno.test("compileOptimizer() averages gradients, clips, steps and averages weights, over pieces as over one number", async () => {
  const gradients = [noise("a"), noise("b")] as const;
  const [before, after] = [state(), state()];
  const rate = 0.01;
  const norm = await optimizer.run(after, [gradients[0].slice(), gradients[1]], {
    step: 3,
    learningRate: rate,
    keep: 0.9,
  });

  const mean = Array.from({ length: SIZE }, (_, i) => (gradients[0][i]! + gradients[1][i]!) / 2);
  const expected = Math.sqrt(mean.reduce((sum, g) => sum + g * g, 0));
  assert.ok(Math.abs(norm / expected - 1) < 1e-6, `norm ${norm}, expected ${expected}`);
  const [beta1, beta2] = ADAMW.betas;
  for (const i of [0, 1, 2 ** 13 - 1, 2 ** 13, 2 ** 16, SIZE - 1]) {
    const g = mean[i]! / (expected + 1e-6);
    const m = beta1 * before.m[i]! + (1 - beta1) * g;
    const v = beta2 * before.v[i]! + (1 - beta2) * g * g;
    const step = rate / (1 - beta1 ** 3) * m / (Math.sqrt(v / (1 - beta2 ** 3)) + ADAMW.eps);
    const params = before.params[i]! * (1 - rate * ADAMW.weight_decay) - step;
    const average = 0.9 * before.average![i]! + 0.1 * params;
    for (const [name, value] of Object.entries({ params, m, v, average })) {
      const actual = after[name as keyof FlatState]![i]!;
      assert.ok(Math.abs(actual - value) < 1e-6, `${name}[${i}] is ${actual}, expected ${value}`);
    }
  }
});

Deno.test("compileOptimizer() keeps the state when a gradient is not finite, and says so by the norm", async () => {
  for (const bad of [NaN, Infinity]) {
    const [before, after] = [state(), state()];
    const gradient = noise("a");
    gradient[SIZE - 1] = bad;
    const norm = await optimizer.run(after, [gradient, noise("b")], {
      step: 1,
      learningRate: 0.1,
      keep: 0.9,
    });
    assert.ok(!Number.isFinite(norm));
    assert.deepEqual(after, before);
  }
});

Deno.test("compileOptimizer() refuses matrices for Muon when the optimiser is AdamW alone", async () => {
  await assert.rejects(
    () =>
      compileOptimizer({
        layout: { adamwSize: 1, stacks: [{ first: 1, count: 1, rows: 2, columns: 2 }] },
        optimizer: ADAMW_OPTIMIZER,
        engine: () => Promise.reject(new Error("none")),
      }),
    /^RangeError: An optimiser of kind "adamw" updates no matrices/,
  );
});
