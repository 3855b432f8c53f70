import assert from "node:assert/strict";
import {
  eager,
  fold,
  host,
  type HostParams,
  key,
  layerNorm,
  leaf,
  linear,
  normal,
  type Params,
  readSafetensors,
  silu,
  tf,
  writeSafetensors,
} from "../engine/mod.ts";
import { learningRate, type LearningRateSchedule } from "./trainer.ts";
import { type AdamWConfig, MUON_OPTIMIZER } from "./optimizer_config.ts";
import { train } from "./trainer.ts";
import { compileTrainStep, type StepReport, type TrainStep, type TrainStepOptions } from "./train_step.ts";

const [BATCH, INPUTS, HIDDEN] = [8, 5, 7];
const from = key("train step");
const array = (name: string, ...shape: number[]) =>
  host(normal(fold(from, name), shape.reduce((a, b) => a * b, 1), { std: 0.5 }), shape);

/** A little network with a frozen last layer and everything a step can do. */
const OPTIONS: TrainStepOptions = {
  frozen: { "out.weight": array("out", 1, HIDDEN) },
  trainable: {
    "in.weight": array("in", HIDDEN, INPUTS),
    "in.bias": array("bias", HIDDEN),
    "norm.weight": array("scale", HIDDEN),
    "norm.bias": array("shift", HIDDEN),
  },
  inputs: { x: { shape: [BATCH, INPUTS] }, y: { shape: [BATCH, 1] } },
  optimizer: { kind: "adamw", adamw: { betas: [0.9, 0.99], eps: 1e-8, weight_decay: 0.1 } },
  clipNorm: 0.5,
  emaDecay: 0.9,
  loss: (p: Params, fixed: Params, { x, y }: Params) => {
    const hidden = silu(linear(x!, leaf(p, "in.weight"), p["in.bias"]));
    const normed = layerNorm(hidden, leaf(p, "norm.weight"), leaf(p, "norm.bias"));
    const prediction = linear(normed, leaf(fixed, "out.weight"));
    return { loss: tf.mean(tf.square(tf.sub(prediction, y!))), aux: { prediction } };
  },
};
const batch = (step: number) => {
  const x = normal(fold(from, "x", step), BATCH * INPUTS);
  const y = Float32Array.from({ length: BATCH }, (_, i) => 3 * Math.sin(x[i * INPUTS]!));
  return { x, y };
};
const SCHEDULE: LearningRateSchedule = { kind: "cosine", lr: 0.05, warmup: 2, total: 12 };

async function run(step: TrainStep, first: number, last: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = first; i < last; i++) {
    losses.push((await step.run(batch(i), { step: i, learningRate: learningRate(SCHEDULE, i) })).loss);
  }
  return losses;
}

function assertNear(actual: HostParams, expected: HostParams, tolerance: number): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, { data }] of Object.entries(expected)) {
    const other = actual[name]!.data;
    data.forEach((x, i) =>
      assert.ok(Math.abs(x - other[i]!) <= tolerance, `${name}[${i}] is ${other[i]}, expected ${x}`)
    );
  }
}

Deno.test("compileTrainStep() takes the same steps as with gradients computed eagerly on the cpu backend, clipped and averaged or not", async () => {
  for (const variant of [{}, { clipNorm: undefined, emaDecay: undefined }]) {
    const options = { ...OPTIONS, ...variant } as TrainStepOptions;
    const compiled = await compileTrainStep(options);
    const reference = await compileTrainStep({ ...options, engine: (fn, parts) => eager(fn, parts) });
    for (let i = 0; i < 8; i++) {
      const rate: { step: number; learningRate: number } = {
        step: i,
        learningRate: learningRate(SCHEDULE, i),
      };
      const a: StepReport = await compiled.run(batch(i), rate);
      const b: StepReport = await reference.run(batch(i), rate);
      assert.ok(
        Math.abs(a.loss - b.loss) <= 1e-5 * Math.max(1, b.loss),
        `loss ${a.loss}, expected ${b.loss}`,
      );
      assert.ok(Math.abs(a.gradientNorm - b.gradientNorm) <= 1e-4 * Math.max(1, b.gradientNorm));
      assertNear(a.aux, b.aux, 1e-4);
      if (i === 0) assert.ok(b.gradientNorm > 0.5, "the first gradient is long enough to be clipped");
    }
    assertNear(compiled.weights(), reference.weights(), 1e-4);
    assertNear(compiled.snapshot(), reference.snapshot(), 1e-4);
    await compiled.dispose();
    await reference.dispose();
  }
});

Deno.test("compileTrainStep() learns, and leaves what it was given as it was", async () => {
  const before = structuredClone([OPTIONS.trainable, OPTIONS.frozen]);
  const step = await compileTrainStep(OPTIONS);
  const losses: number[] = [];
  for (let i = 0; i < 80; i++) {
    losses.push((await step.run(batch(i % 4), { step: i, learningRate: 0.03 })).loss);
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  assert.ok(mean(losses.slice(-8)) < 0.3 * mean(losses.slice(0, 8)), `${losses[0]} → ${losses.at(-1)}`);
  assert.deepEqual([OPTIONS.trainable, OPTIONS.frozen], before);
  assert.deepEqual(Object.keys(step.weights()), Object.keys(OPTIONS.trainable));
  await step.dispose();
});

Deno.test("snapshot() and restore() go on to the same bits, through a file and in a fresh step", async () => {
  const undisturbed = await compileTrainStep(OPTIONS);
  const losses = await run(undisturbed, 0, 10);
  const interrupted = await compileTrainStep(OPTIONS);
  await run(interrupted, 0, 4);
  const file = writeSafetensors(interrupted.snapshot());
  await run(interrupted, 4, 7);
  const fresh = await compileTrainStep(OPTIONS);
  for (const step of [interrupted, fresh]) {
    step.restore(readSafetensors(file).tensors);
    assert.deepEqual(await run(step, 4, 10), losses.slice(4));
    assert.deepEqual(step.snapshot(), undisturbed.snapshot());
    assert.deepEqual(step.weights(), undisturbed.weights());
  }
  for (const step of [undisturbed, interrupted, fresh]) await step.dispose();
});

const MUON_OPTIONS: TrainStepOptions = { ...OPTIONS, optimizer: MUON_OPTIMIZER };

Deno.test("compileTrainStep() with Muon does what the same step does eagerly, and learns", async () => {
  const compiled = await compileTrainStep(MUON_OPTIONS);
  const reference = await compileTrainStep({ ...MUON_OPTIONS, engine: (fn, parts) => eager(fn, parts) });
  for (let i = 0; i < 8; i++) {
    const rate: { step: number; learningRate: number } = {
      step: i,
      learningRate: learningRate(SCHEDULE, i),
    };
    const [a, b]: [StepReport, StepReport] = [
      await compiled.run(batch(i), rate),
      await reference.run(batch(i), rate),
    ];
    assert.ok(Math.abs(a.loss - b.loss) <= 1e-5 * Math.max(1, b.loss), `loss ${a.loss}, expected ${b.loss}`);
    assert.ok(Math.abs(a.gradientNorm - b.gradientNorm) <= 1e-4 * Math.max(1, b.gradientNorm));
  }
  assertNear(compiled.weights(), reference.weights(), 1e-4);
  assert.deepEqual(Object.keys(compiled.weights()), Object.keys(OPTIONS.trainable));
  const losses: number[] = [];
  for (let i = 8; i < 88; i++) {
    losses.push((await compiled.run(batch(i % 4), { step: i, learningRate: 0.03 })).loss);
  }
  assert.ok(losses.at(-1)! < 0.5 * losses[0]!, `${losses[0]} → ${losses.at(-1)}`);
  await compiled.dispose();
  await reference.dispose();
});

Deno.test("compileTrainStep() with Muon updates outer layers and vectors as AdamW alone does", async () => {
  const steps = [
    await compileTrainStep({ ...MUON_OPTIONS, outer: ["in.weight"] }),
    await compileTrainStep({
      ...OPTIONS,
      optimizer: { kind: "adamw", adamw: (MUON_OPTIMIZER as { adamw: AdamWConfig }).adamw },
    }),
    await compileTrainStep(MUON_OPTIONS),
  ] as const;
  for (const step of steps) await run(step, 0, 4);
  const [outer, adamw, muon] = steps.map((step) => step.weights());
  assert.deepEqual(outer, adamw);
  assert.notDeepEqual(muon!["in.weight"], adamw!["in.weight"]);
  for (const step of steps) await step.dispose();
});

Deno.test("snapshot() and restore() with Muon go on to the same bits, and refuse another optimiser's", async () => {
  const undisturbed = await compileTrainStep(MUON_OPTIONS);
  const losses = await run(undisturbed, 0, 10);
  const interrupted = await compileTrainStep(MUON_OPTIONS);
  await run(interrupted, 0, 4);
  const file = writeSafetensors(interrupted.snapshot());
  const fresh = await compileTrainStep(MUON_OPTIONS);
  fresh.restore(readSafetensors(file).tensors);
  assert.deepEqual(await run(fresh, 4, 10), losses.slice(4));
  assert.deepEqual(fresh.snapshot(), undisturbed.snapshot());
  assert.deepEqual(fresh.weights(), undisturbed.weights());
  const adamw = await compileTrainStep(OPTIONS);
  assert.throws(
    () => adamw.restore(readSafetensors(file).tensors),
    /^RangeError: Restoring "v" needs 56 numbers, got 21$/,
  );
  for (const step of [undisturbed, interrupted, fresh, adamw]) await step.dispose();
});

Deno.test("reset() starts over as a freshly compiled step does", async () => {
  const used = await compileTrainStep(OPTIONS);
  const losses = await run(used, 0, 5);
  const state = used.snapshot();
  used.reset(OPTIONS.trainable);
  assert.deepEqual(await run(used, 0, 5), losses);
  assert.deepEqual(used.snapshot(), state);
  await used.dispose();
});

Deno.test("train() resumes to the same bits as an undisturbed training", async () => {
  const options = { steps: 9, schedule: SCHEDULE, batch };
  const whole = await compileTrainStep(OPTIONS);
  const events = await Array.fromAsync(train(whole, options));
  assert.deepEqual(events.map(({ step }) => step), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const resumed = await compileTrainStep(OPTIONS);
  let saved: { step: number; state: HostParams } | undefined;
  for await (const { step } of train(resumed, options)) {
    if (step === 4) saved = { step, state: resumed.snapshot() };
    if (step === 6) break;
  }
  const rest = await Array.fromAsync(train(resumed, { ...options, resume: saved! }));
  assert.deepEqual(rest, events.slice(4));
  assert.deepEqual(resumed.snapshot(), whole.snapshot());
  await whole.dispose();
  await resumed.dispose();
});

Deno.test("run() stops with the step and keeps the state when the loss is not finite", async () => {
  const step = await compileTrainStep(OPTIONS);
  await run(step, 0, 3);
  const before = step.snapshot();
  const bad = batch(3);
  bad.x[2] = NaN;
  await assert.rejects(
    step.run(bad, { step: 3, learningRate: 0.01 }),
    /^NotFiniteError: Training stopped at step 3: expected a finite loss and gradient, got loss NaN, gradient norm NaN: the input "x" holds NaN$/,
  );
  assert.deepEqual(step.snapshot(), before);
  const poisoned = train(step, {
    steps: 6,
    schedule: SCHEDULE,
    batch: (i) => i === 4 ? bad : batch(i),
    resume: { step: 3, state: before },
  });
  await assert.rejects(Array.fromAsync(poisoned), /stopped at step 4/);
  const undisturbed = await compileTrainStep(OPTIONS);
  await run(undisturbed, 0, 4);
  assert.deepEqual(step.snapshot(), undisturbed.snapshot());
  await step.dispose();
  await undisturbed.dispose();
});

Deno.test("compileTrainStep() of a separable loss takes the same steps in halves, and the same bits again", async () => {
  const one = await compileTrainStep(OPTIONS);
  const two = await compileTrainStep({ ...OPTIONS, separable: true });
  const fresh = two.snapshot();
  const losses = await run(two, 0, 6);
  for (const [i, loss] of losses.entries()) {
    const whole = await one.run(batch(i), { step: i, learningRate: learningRate(SCHEDULE, i) });
    assert.ok(
      Math.abs(whole.loss - loss) <= 1e-5 * Math.max(1, loss),
      `loss ${loss}, expected ${whole.loss}`,
    );
  }
  assertNear(two.weights(), one.weights(), 1e-5);
  const bits = two.snapshot();
  two.restore(fresh);
  assert.deepEqual(await run(two, 0, 6), losses);
  assert.deepEqual(two.snapshot(), bits);
  const { aux } = await two.run(batch(1), { step: 6, learningRate: 0 });
  assert.deepEqual(aux.prediction!.shape, [BATCH, 1]);
  await one.dispose();
  await two.dispose();
});

/** ‖a − b‖ / ‖b‖. */
function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}

Deno.test("compileTrainStep() accumulates: parts of a batch give the whole batch's gradient, loss and report, and the same bits again", async () => {
  const whole: TrainStepOptions = { ...OPTIONS, separable: true };
  const reference = await compileTrainStep(whole);
  const expected = await reference.run(batch(0), { step: 0, learningRate: 0.01 });
  const prediction = expected.aux.prediction!.data.slice();
  const moment = reference.snapshot().m!.data;
  const losses = await run(reference, 1, 6);
  for (const accumulate of [2, 4, 8]) {
    const [step, again] = [
      await compileTrainStep({ ...whole, accumulate }),
      await compileTrainStep({ ...whole, accumulate }),
    ];
    const report = await step.run(batch(0), { step: 0, learningRate: 0.01 });
    // After the first step the moment is a multiple of the gradient.
    const error = relativeError(step.snapshot().m!.data, moment);
    assert.ok(error <= 1e-5, `${accumulate} parts: ${error}`);
    assert.ok(Math.abs(report.loss / expected.loss - 1) <= 1e-5);
    assert.ok(Math.abs(report.gradientNorm / expected.gradientNorm - 1) <= 1e-5);
    assert.deepEqual(report.aux.prediction!.shape, expected.aux.prediction!.shape);
    assert.ok(relativeError(report.aux.prediction!.data, prediction) <= 1e-5, "in the batch's order");
    (await run(step, 1, 6)).forEach((loss, i) => assert.ok(Math.abs(loss / losses[i]! - 1) <= 1e-4));
    await again.run(batch(0), { step: 0, learningRate: 0.01 });
    await run(again, 1, 6);
    assert.deepEqual(again.snapshot(), step.snapshot());
    await step.dispose();
    await again.dispose();
  }
  await reference.dispose();
});

Deno.test("compileTrainStep() says which batches cannot be run in parts, and stops when one part is not finite", async () => {
  const fails = (changes: Partial<TrainStepOptions>, message: RegExp) =>
    assert.rejects(() => compileTrainStep({ ...OPTIONS, separable: true, ...changes }), message);
  await fails({ accumulate: 3 }, /^RangeError: A step in 3 parts needs inputs .* got "x" of \[8,5\]$/);
  await fails({ accumulate: 0 }, /^RangeError: A step needs a whole number of parts to accumulate, got 0$/);
  await fails(
    { accumulate: 2, separable: false },
    /^RangeError: A step in 2 parts needs a loss that is a mean/,
  );
  const step = await compileTrainStep({ ...OPTIONS, separable: true, accumulate: 4 });
  await run(step, 0, 2);
  const before = step.snapshot();
  const broken = batch(2);
  broken.x[7 * INPUTS] = NaN;
  await assert.rejects(
    () => step.run(broken, { step: 2, learningRate: 0.01 }),
    /Training stopped at step 2: .*: the input "x" holds NaN$/,
  );
  assert.deepEqual(step.snapshot(), before);
  await step.dispose();
});
