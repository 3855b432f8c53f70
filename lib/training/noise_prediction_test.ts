import assert from "node:assert/strict";
import { addNoise, noiseSchedule, SD_SCHEDULE } from "../diffusion/mod.ts";
import { fold, host, key, normal, tf, toTensor } from "../engine/mod.ts";
import {
  meanSquaredError,
  minSnrWeights,
  noisyBatch,
  noisyBatchSpecs,
  velocityWeights,
  weightedSquaredError,
} from "./noise_prediction.ts";

const schedule = noiseSchedule(SD_SCHEDULE);

Deno.test("noisyBatch() mixes latents and noise in closed form, the same for the same key", () => {
  const latents = normal(key(1), 4 * 16);
  const { sample, timestep, noise } = noisyBatch(key(2), schedule, latents, { batch: 4 });
  assert.deepEqual(sample, addNoise(schedule, latents, { noise, timesteps: timestep }));
  assert.deepEqual(noisyBatch(key(2), schedule, latents, { batch: 4 }), { sample, timestep, noise });
  assert.notDeepEqual(noisyBatch(key(3), schedule, latents, { batch: 4 }).noise, noise);
  assert.deepEqual(noisyBatchSpecs([4, 1, 4, 4]), {
    sample: { shape: [4, 1, 4, 4] },
    timestep: { shape: [4] },
    noise: { shape: [4, 1, 4, 4] },
  });
});

Deno.test("noisyBatch() samples timesteps evenly from 0 to 999", () => {
  const timesteps = Array.from(
    { length: 200 },
    (_, i) => [...noisyBatch(fold(key(4), i), schedule, new Float32Array(20), { batch: 20 }).timestep],
  ).flat();
  assert.ok(timesteps.every((t) => Number.isInteger(t) && t >= 0 && t <= 999));
  assert.ok(Math.min(...timesteps) < 5 && Math.max(...timesteps) > 994);
  assert.ok(Math.abs(timesteps.reduce((a, b) => a + b) / timesteps.length - 499.5) < 15);
});

Deno.test("meanSquaredError() averages over all elements", async () => {
  await tf.setBackend("cpu");
  const error = meanSquaredError(toTensor(host([1, 2, 3, 4], [2, 2])), toTensor(host([1, 0, 3, 1], [2, 2])));
  assert.equal(error.dataSync()[0], (4 + 9) / 4);
});

Deno.test("minSnrWeights() is 1 where noise prevails and γ/SNR where the signal does", () => {
  const snr = (t: number) => schedule.alphasCumprod[t]! / (1 - schedule.alphasCumprod[t]!);
  const [clean, noisy, fixed] = minSnrWeights(schedule, [0, 999, 200], 5) as unknown as number[];
  assert.ok(Math.abs(clean! - 5 / snr(0)) < 1e-6 && clean! < 0.01);
  assert.deepEqual([noisy, fixed! <= 1], [1, true]);
  assert.throws(() => minSnrWeights(schedule, [1000]), /timesteps of the schedule, got 1000/);
});

Deno.test("velocityWeights() make the error of ε the error of v", () => {
  const [timesteps, latent, noise, guess] = [[0, 500, 999], [0.3, -1.2, 0.7], [1, -0.4, 0.2], [
    0.8,
    0.1,
    0.5,
  ]];
  const weights = velocityWeights(schedule, timesteps);
  timesteps.forEach((t, i) => {
    const [signal, spread] = [
      Math.sqrt(schedule.alphasCumprod[t]!),
      Math.sqrt(1 - schedule.alphasCumprod[t]!),
    ];
    const seen = signal * latent[i]! + spread * noise[i]!;
    const velocity = (epsilon: number) => signal * epsilon - spread * (seen - spread * epsilon) / signal;
    const error = (velocity(guess[i]!) - velocity(noise[i]!)) ** 2;
    assert.ok(Math.abs(weights[i]! * (guess[i]! - noise[i]!) ** 2 / error - 1) < 1e-6);
  });
  assert.throws(() => velocityWeights(schedule, [1000]), /timesteps of the schedule, got 1000/);
});

Deno.test("weightedSquaredError() with equal weights is the mean squared error, and leaves out a sample of weight 0", async () => {
  await tf.setBackend("cpu");
  const [a, b] = [
    toTensor(host(normal(key(5), 12), [2, 3, 2])),
    toTensor(host(normal(key(6), 12), [2, 3, 2])),
  ];
  const value = (weights: number[]) =>
    weightedSquaredError(a, b, toTensor(host(weights, [2]))).dataSync()[0] as number;
  const mean = meanSquaredError(a, b).dataSync()[0] as number;
  assert.ok(Math.abs(value([1, 1]) - mean) < 1e-6);
  assert.ok(Math.abs(value([1, 0]) + value([0, 1]) - mean) < 1e-6);
});

Deno.test("of several noises a sample takes the nearest: still standard, but on the sample's side", () => {
  const [batch, width] = [64, 256];
  const latents = normal(key(7), batch * width);
  const along = (candidates: number) => {
    const { noise } = noisyBatch(key(8), schedule, latents, { batch, candidates });
    let [dot, square] = [0, 0];
    noise.forEach((value, i) => {
      dot += value * (latents[i] as number);
      square += value * value;
    });
    return { likeness: dot / noise.length, square: square / noise.length };
  };
  const [one, many] = [along(1), along(16)];
  assert.ok(Math.abs(one.likeness) < 0.02, `${one.likeness}`);
  // The largest of 16 standard normals is 1.77 on average; a projection on a sample is 1/16 of its length here.
  assert.ok(many.likeness > 0.08 && many.likeness < 0.14, `${many.likeness}`);
  assert.ok(Math.abs(many.square - 1) < 0.06, `${many.square}`);
});
