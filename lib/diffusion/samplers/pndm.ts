/**
 * Pseudo numerical methods for diffusion (Liu et al. 2022), linear multistep form without Runge–Kutta warm-up: diffusers' PNDMScheduler with
 * `skip_prk_steps`, the default of SD 1.5.
 *
 * Adams–Bashforth coefficients (eq. 12) over the last outputs; order rises from 1 to 4. The second timestep is visited twice: its first visit is
 * a trial step, whose output is averaged with the first one, starting from z_T again. The transfer part is eq. 11.
 */
import {
  alphaAt,
  ask,
  interpret,
  type Predict,
  type SamplerOptions,
  type SamplerStep,
  weighted,
} from "./sampler.ts";
import type { NoiseSchedule } from "../noise_schedule.ts";
import { visitedTimesteps } from "./timesteps.ts";

/** Weights of the newest to the oldest of n outputs. */
const ADAMS_BASHFORTH: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/** Every call's timestep: the visited ones with the second twice. */
export function pndmTimesteps(timesteps: Float64Array): Float64Array {
  return timesteps.length < 2 ? timesteps : Float64Array.of(...timesteps.slice(0, 2), ...timesteps.slice(1));
}

function combine(outputs: readonly Float32Array[]): Float32Array {
  const weights = ADAMS_BASHFORTH[outputs.length - 1] as readonly number[];
  return (outputs[0] as Float32Array).map((_, i) =>
    weights.reduce(
      (sum, weight, age) => sum + weight * (outputs[outputs.length - 1 - age] as Float32Array)[i]!,
      0,
    )
  );
}

/** Eq. 11: from z_t to z_s with noise ε. */
function transfer(
  schedule: NoiseSchedule,
  sample: Float32Array,
  options: { from: number; to: number; output: Float32Array },
): Float32Array {
  const a = alphaAt(schedule, options.from), b = alphaAt(schedule, options.to);
  const { noise } = interpret(schedule, sample, { prediction: options.output, alpha: a });
  const denominator = a * Math.sqrt(1 - b) + Math.sqrt(a * (1 - a) * b);
  return weighted(Math.sqrt(b / a), sample, (a - b) / denominator, noise);
}

/** Samples by PNDM: `steps + 1` calls of the model; see {@link Sampler}. */
export async function* pndm(
  predict: Predict,
  noise: Float32Array,
  options: SamplerOptions,
): AsyncGenerator<SamplerStep, void, void> {
  const { schedule, steps } = options;
  const stride = Math.trunc(schedule.config.num_train_timesteps / steps);
  const timesteps = pndmTimesteps(visitedTimesteps(schedule.config, steps));
  const outputs: Float32Array[] = [];
  let sample = noise;
  for (const [index, timestep] of timesteps.entries()) {
    const modelInput = sample;
    const prediction = await ask(predict, modelInput, timestep);
    if (index === 1) { // the second visit of the first interval: average both ends, start again
      const output = weighted(0.5, prediction, 0.5, outputs[0] as Float32Array);
      sample = transfer(schedule, noise, { from: timestep + stride, to: timestep, output });
    } else {
      outputs.push(prediction);
      if (outputs.length > 4) outputs.shift();
      sample = transfer(schedule, sample, {
        from: timestep,
        to: timestep - stride,
        output: combine(outputs),
      });
    }
    yield { index, total: timesteps.length, timestep, modelInput, prediction, sample };
  }
}
