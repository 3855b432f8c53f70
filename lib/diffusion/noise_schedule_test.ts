import assert from "node:assert/strict";
import { key, normal } from "../engine/mod.ts";
import {
  addNoise,
  closedForm,
  fromVelocity,
  noiseSchedule,
  SD_SCHEDULE,
  velocity,
} from "./noise_schedule.ts";

const schedule = noiseSchedule();

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, bar: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= bar, `${i}: ${actual[i]} against ${expected[i]}`);
  }
}

Deno.test("noiseSchedule() has SD 1.5's values", () => {
  const known = {
    0: 0.999150,
    1: 0.998296,
    100: 0.894223,
    250: 0.673793,
    500: 0.276332,
    750: 0.056170,
    999: 0.004660,
  };
  for (const [t, alpha] of Object.entries(known)) close([schedule.alphasCumprod[Number(t)]!], [alpha], 1e-6);
});

Deno.test("closedForm() equals Eq. 1 iterated, mean and variance", () => {
  let mean = 1, variance = 0;
  for (const [t, beta] of schedule.betas.entries()) {
    mean *= Math.sqrt(1 - beta);
    variance = (1 - beta) * variance + beta;
    if (t % 111 !== 0) continue;
    const { signal, noise } = closedForm(schedule, [t]);
    close([signal[0]!, noise[0]! ** 2], [mean, variance], 1e-6);
  }
});

Deno.test("addNoise() keeps unit variance and mixes each sample with its own timestep", () => {
  const z0 = normal(key(1), 20_000), noise = normal(key(2), 20_000);
  const zt = addNoise(schedule, z0, { noise, timesteps: [0, 999] });
  const variance = zt.reduce((sum, x) => sum + x * x, 0) / zt.length;
  assert.ok(Math.abs(variance - 1) < 0.03, String(variance));
  close(zt.subarray(0, 100), z0.subarray(0, 100), 0.15);
  close(zt.subarray(10_000, 10_100), noise.subarray(10_000, 10_100), 0.35);
});

Deno.test("fromVelocity() gives back what velocity() was made of", () => {
  const z0 = normal(key(3), 60), noise = normal(key(4), 60), timesteps = [3, 400, 990];
  const zt = addNoise(schedule, z0, { noise, timesteps });
  const back = fromVelocity(schedule, zt, {
    velocity: velocity(schedule, z0, { noise, timesteps }),
    timesteps,
  });
  close(back.z0, z0, 1e-5);
  close(back.noise, noise, 1e-5);
});

Deno.test("noiseSchedule() refuses what is not built and a timestep outside", () => {
  const refuse = (fields: object, message: RegExp) =>
    assert.throws(() => noiseSchedule({ ...SD_SCHEDULE, ...fields }), { name: "RangeError", message });
  refuse({ rescale_betas_zero_snr: true }, /rescale_betas_zero_snr = false, got true/);
  refuse({ steps_offset: 0.5 }, /a whole steps_offset from 0, got 0.5/);
  refuse({ steps_offset: -1 }, /a whole steps_offset from 0, got -1/);
  refuse({ num_train_timesteps: 1e9 }, /num_train_timesteps from 2 to 100000, got 1000000000/);
  refuse({ beta_start: -1 }, /betas between 0 and 1, got -1 to 0.012/);
  refuse({ beta_end: 1 }, /betas between 0 and 1/);
  assert.throws(() => closedForm(schedule, [1000]), /from 0 to 999, got 1000/);
});
