import assert from "node:assert/strict";
import { addNoise, noiseSchedule, SD_SCHEDULE } from "../diffusion/mod.ts";
import { fold, host, key, normal, tf, toTensor } from "../engine/mod.ts";
import { meanSquaredError, noisyBatch, noisyBatchSpecs } from "./noise_prediction.ts";

const schedule = noiseSchedule(SD_SCHEDULE);

Deno.test("noisyBatch() mixes latents and noise in closed form, the same for the same key", () => {
  const latents = normal(key(1), 4 * 16);
  const { sample, timestep, noise } = noisyBatch(key(2), schedule, latents, 4);
  assert.deepEqual(sample, addNoise(schedule, latents, { noise, timesteps: timestep }));
  assert.deepEqual(noisyBatch(key(2), schedule, latents, 4), { sample, timestep, noise });
  assert.notDeepEqual(noisyBatch(key(3), schedule, latents, 4).noise, noise);
  assert.deepEqual(noisyBatchSpecs([4, 1, 4, 4]), {
    sample: { shape: [4, 1, 4, 4] },
    timestep: { shape: [4] },
    noise: { shape: [4, 1, 4, 4] },
  });
});

Deno.test("noisyBatch() draws timesteps evenly from 0 to 999", () => {
  const draws = Array.from(
    { length: 200 },
    (_, i) => [...noisyBatch(fold(key(4), i), schedule, new Float32Array(20), 20).timestep],
  ).flat();
  assert.ok(draws.every((t) => Number.isInteger(t) && t >= 0 && t <= 999));
  assert.ok(Math.min(...draws) < 5 && Math.max(...draws) > 994);
  assert.ok(Math.abs(draws.reduce((a, b) => a + b) / draws.length - 499.5) < 15);
});

Deno.test("meanSquaredError() averages over all elements", async () => {
  await tf.setBackend("cpu");
  const error = meanSquaredError(toTensor(host([1, 2, 3, 4], [2, 2])), toTensor(host([1, 0, 3, 1], [2, 2])));
  assert.equal(error.dataSync()[0], (4 + 9) / 4);
});
