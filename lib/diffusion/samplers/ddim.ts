/**
 * Denoising diffusion implicit models (Song, Meng, Ermon 2021), eq. 12 and 16; steps as in diffusers' DDIMScheduler.
 *
 * | symbol | name        |
 * | ------ | ----------- |
 * | ε_θ    | `noise` of the prediction |
 * | ẑ_0    | `denoised`  = (z_t − √(1 − ᾱ_t) ε_θ) / √ᾱ_t |
 * | σ_t    | `sigma`     = η √((1 − ᾱ_s)/(1 − ᾱ_t)) √(1 − ᾱ_t/ᾱ_s), s the next timestep |
 *
 *     z_s = √ᾱ_s ẑ_0 + √(1 − ᾱ_s − σ_t²) ε_θ + σ_t ε
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
import { visitedTimesteps } from "./timesteps.ts";

/** Options of {@link ddim}. */
export interface DdimOptions extends SamplerOptions {
  /** η: 0 is deterministic, 1 adds as much noise as the forward process took away. */
  readonly eta?: number;
  /** Standard normal noise for step i, wanted when eta > 0. */
  readonly varianceNoise?: (step: number) => Float32Array;
}

/** Samples by DDIM; see {@link Sampler}. */
export async function* ddim(
  predict: Predict,
  noise: Float32Array,
  options: DdimOptions,
): AsyncGenerator<SamplerStep, void, void> {
  const { schedule, steps, eta = 0, varianceNoise } = options;
  if (eta > 0 && !varianceNoise) throw new RangeError(`ddim() with eta ${eta} needs varianceNoise, got none`);
  const timesteps = visitedTimesteps(schedule.config, steps);
  const stride = Math.trunc(schedule.config.num_train_timesteps / steps);
  let sample = noise;
  for (const [index, timestep] of timesteps.entries()) {
    const modelInput = sample;
    const prediction = await ask(predict, modelInput, timestep);
    const alpha = alphaAt(schedule, timestep), next = alphaAt(schedule, timestep - stride);
    const { noise: direction, denoised } = interpret(schedule, sample, { prediction, alpha });
    const sigma = eta * Math.sqrt((1 - next) / (1 - alpha) * (1 - alpha / next));
    sample = weighted(Math.sqrt(next), denoised, Math.sqrt(1 - next - sigma * sigma), direction);
    if (eta > 0 && varianceNoise) sample = weighted(1, sample, sigma, varianceNoise(index));
    yield { index, total: steps, timestep, modelInput, prediction, sample, denoised };
  }
}
