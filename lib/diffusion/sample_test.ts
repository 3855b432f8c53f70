import assert from "node:assert/strict";
import { fold, key, normal } from "../engine/mod.ts";
import { guide, guided } from "./guidance.ts";
import { addNoise, noiseSchedule, SD_SCHEDULE } from "./noise_schedule.ts";
import { checkSampling, sample, sampleSteps } from "./sample.ts";
import { SAMPLER_NAMES, type SamplerName, SAMPLERS, visitedTimesteps } from "./samplers/mod.ts";

const schedule = noiseSchedule();

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0) / b.reduce((sum, x) => sum + x * x, 0));
}

Deno.test("sample() with DDIM and the true noise returns z0", async () => {
  const toOne = noiseSchedule({ ...SD_SCHEDULE, set_alpha_to_one: true });
  const z0 = normal(key(1), 64), noise = normal(key(2), 64);
  const start = addNoise(toOne, z0, { noise, timesteps: [visitedTimesteps(toOne.config, 20)[0]!] });
  const result = await sample({
    predict: () => noise,
    schedule: toOne,
    steps: 20,
    sampler: "ddim",
    noise: start,
  });
  assert.ok(distance(result, z0) < 1e-5, String(distance(result, z0)));
});

/** The exact denoiser of data N(0, spread²): ε = √(1 − ᾱ) z_t / (ᾱ spread² + 1 − ᾱ). */
function gaussian(spread: number) {
  return (z: Float32Array, t: number) => {
    const alpha = schedule.alphasCumprod[Math.round(t)]!;
    const factor = Math.sqrt(1 - alpha) / (alpha * spread ** 2 + 1 - alpha);
    return z.map((x) => factor * x);
  };
}

for (const sampler of SAMPLER_NAMES) {
  Deno.test(`sample() with ${sampler} and the exact denoiser samples with the data's spread`, async () => {
    const noise = normal(key(3), 4000);
    const result = await sample({ predict: gaussian(0.5), schedule, steps: 100, sampler, noise });
    const spread = Math.sqrt(result.reduce((sum, x) => sum + x * x, 0) / result.length);
    assert.ok(Math.abs(spread - 0.5) < 0.03, `${sampler}: ${spread}`);
  });
}

Deno.test("sample() with DDIM at eta 1 samples with the data's spread too", async () => {
  const varianceNoise = (step: number) => normal(fold(key(4), step), 4000);
  const result = await sample({
    predict: gaussian(0.5),
    schedule,
    steps: 250,
    sampler: "ddim",
    noise: normal(key(3), 4000),
    eta: 1,
    varianceNoise,
  });
  const spread = Math.sqrt(result.reduce((sum, x) => sum + x * x, 0) / result.length);
  assert.ok(Math.abs(spread - 0.5) < 0.03, String(spread));
});

Deno.test("sampleSteps() calls the model once a step, PNDM once more, at falling times", async () => {
  assert.deepEqual([SAMPLERS.ddim, SAMPLERS.pndm, SAMPLERS.euler].map((each) => each.extraCalls), [0, 1, 0]);
  for (const sampler of SAMPLER_NAMES) {
    const calls = 10 + SAMPLERS[sampler].extraCalls;
    const times: number[] = [];
    for await (
      const step of sampleSteps({ predict: (z) => z, schedule, steps: 10, sampler, noise: normal(key(5), 4) })
    ) {
      assert.equal(step.total, calls);
      times.push(step.timestep);
    }
    assert.equal(times.length, calls);
    assert.deepEqual(times, [...times].sort((a, b) => b - a));
  }
});

Deno.test("sample() refuses NaN, a wrong size, and eta without DDIM", async () => {
  const base = { schedule, steps: 2, sampler: "ddim", noise: normal(key(6), 4) } as const;
  await assert.rejects(sample({ ...base, predict: (z) => z.map(() => NaN) }), /finite numbers, got NaN/);
  await assert.rejects(sample({ ...base, predict: (z) => z.subarray(1) }), /return 4 numbers, got 3/);
  await assert.rejects(
    sample({ ...base, sampler: "euler", eta: 1, predict: (z) => z }),
    /only ddim adds noise/,
  );
});

Deno.test("guide() with equal scales telescopes to plain guidance between the ends", () => {
  const predictions = ["none", "image", "text", "all"].map((name) => normal(fold(key(7), name), 50));
  const chain = guide(predictions, [4, 4, 4]), plain = guide([predictions[0]!, predictions[3]!], [4]);
  assert.ok(distance(chain, plain) < 1e-6);
  assert.ok(distance(guide(predictions, [1, 1, 1]), predictions[3]!) < 1e-6);
  assert.throws(() => guide(predictions, [1]), /needs 2 predictions for 1 scales, got 4/);
});

Deno.test("guided() takes the predictions of each sample after one another", async () => {
  const predict = guided(([a, b, c, d]) => Float32Array.of(a!, b!, a! + 1, b! + 2, c!, d!, c! + 3, d! + 4), {
    ...{ scales: [5], batch: 2 },
  });
  const answer = await predict(Float32Array.of(1, 2, 3, 4), 7);
  assert.deepEqual([...answer], [6, 12, 18, 24]);
  await assert.rejects(
    async () => await predict(Float32Array.of(1, 2), 7),
    /needs 4 numbers for 2 predictions of each sample, got 8/,
  );
});

Deno.test("checkSampling() refuses more steps than a schedule has room for, and fields of the sampler's own", async () => {
  const check = (sampler: SamplerName, steps: number, fields: object = {}) =>
    checkSampling({ sampler, steps, schedule: noiseSchedule({ ...SD_SCHEDULE, ...fields }) });
  for (const sampler of SAMPLER_NAMES) {
    await check(sampler, 999);
    await check(sampler, 1);
    await check(sampler, 1000, { timestep_spacing: "trailing" });
    await assert.rejects(check(sampler, 600, { num_train_timesteps: 500 }), /steps from 1 to 500, got 600/);
  }
  for (const sampler of ["ddim", "pndm"] as const) {
    await assert.rejects(check(sampler, 1000), {
      name: "RangeError",
      message: /timesteps below 1000, got 1000/,
    });
    await assert.rejects(check(sampler, 500, { num_train_timesteps: 500 }), /timesteps below 500, got 500/);
    await assert.rejects(check(sampler, 30, { steps_offset: 50 }), /timesteps below 1000, got 1007/);
    // Euler's own, of a configuration that was written for another sampler.
    await check(sampler, 30, { use_karras_sigmas: true, final_sigmas_type: "sigma_min" });
  }
  await assert.rejects(
    check("euler", 30, { use_karras_sigmas: true }),
    /euler needs use_karras_sigmas = false, got true/,
  );
  await assert.rejects(check("ddim", 30, { clip_sample: true }), /ddim needs clip_sample = false, got true/);
  await check("pndm", 30, { clip_sample: true });
  await assert.rejects(check("pndm", 30, { skip_prk_steps: false }), /pndm needs skip_prk_steps = true/);
});
