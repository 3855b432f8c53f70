import assert from "node:assert/strict";
import { compile, fold, key, normal } from "../engine/mod.ts";
import { adamwRates } from "./adamw.ts";
import { compileOptimizer, type FlatState } from "./optimizer_program.ts";
import { ADAMW, ADAMW_OPTIMIZER } from "./optimizer_config.ts";

/** More than one piece, and a last one of odd size. */
const SIZE = 2 ** 18 + 1001;
const noise = (name: string, std = 1) => normal(fold(key("optimizer"), name), SIZE, { std });

Deno.test("compileOptimizer() averages gradients, clips, steps and averages weights, over pieces as in one float64 loop", async () => {
  const gradients = [noise("a"), noise("b")];
  const before: FlatState = {
    params: noise("p"),
    m: noise("m", 0.1),
    v: noise("v").map(Math.abs),
    average: noise("average"),
  };
  const after: FlatState = Object.fromEntries(
    Object.keys(before).map((name) => [name, new Float32Array(SIZE)]),
  ) as unknown as FlatState;
  const rates = adamwRates(3, { learningRate: 0.01 });
  const optimizer = await compileOptimizer({
    layout: { adamwSize: SIZE, stacks: [] },
    shards: 2,
    optimizer: ADAMW_OPTIMIZER,
    clipNorm: 1,
    averaged: true,
    engine: (fn, parts) => compile(fn, parts, { threads: 1 }),
  });
  const norm = await optimizer.run(before, after, gradients, { rates, keep: 0.9 });
  await optimizer.dispose();

  const mean = Array.from({ length: SIZE }, (_, i) => (gradients[0]![i]! + gradients[1]![i]!) / 2);
  const expected = Math.sqrt(mean.reduce((sum, g) => sum + g * g, 0));
  assert.ok(Math.abs(norm / expected - 1) < 1e-5, `norm ${norm}, expected ${expected}`);
  const [beta1, beta2] = ADAMW.betas;
  for (const i of [0, 1, 2 ** 18 - 1, 2 ** 18, SIZE - 1]) {
    const g = mean[i]! / (expected + 1e-6);
    const m = beta1 * before.m[i]! + (1 - beta1) * g;
    const v = beta2 * before.v[i]! + (1 - beta2) * g * g;
    const step = (rates[1]! * m) / (Math.sqrt(v) * rates[2]! + ADAMW.eps);
    const params = before.params[i]! * (1 - rates[0]! * ADAMW.weight_decay) - step;
    const average = 0.9 * before.average![i]! + 0.1 * params;
    for (const [name, value] of Object.entries({ params, m, v, average })) {
      const actual = after[name as keyof FlatState]![i]!;
      assert.ok(Math.abs(actual - value) < 1e-5, `${name}[${i}] is ${actual}, expected ${value}`);
    }
  }
});
