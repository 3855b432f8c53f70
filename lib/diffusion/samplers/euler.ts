/**
 * Euler's method on the probability-flow equation (Karras et al. 2022, algorithm 2 without churn); steps as in diffusers'
 * EulerDiscreteScheduler.
 *
 * | symbol | name        |
 * | ------ | ----------- |
 * | σ(t)   | `sigmas`    = √((1 − ᾱ_t)/ᾱ_t), linear between whole timesteps; 0 at the end |
 * | x      | `sample`    = z_t / √ᾱ_t, so the model sees x / √(σ² + 1) |
 * | dx/dσ  | ε_θ         |
 *
 *     x ← x + (σ_next − σ) (x − ẑ_0)/σ
 */
import { ask, interpret, type Predict, type SamplerOptions, type SamplerStep, weighted } from "./sampler.ts";
import type { NoiseSchedule } from "../noise_schedule.ts";
import { visitedTimesteps } from "./timesteps.ts";

/** What Euler's sampler visits: timesteps [steps], sigmas [steps + 1] with a final 0, and the factor of the initial noise. */
export interface EulerPlan {
  /** t of every step, falling, [steps]. */
  readonly timesteps: Float64Array;
  /** σ(t), and 0, [steps + 1]. */
  readonly sigmas: Float64Array;
  /** Standard deviation that x starts with. */
  readonly initialScale: number;
}

/** Plans `steps` Euler steps. */
export function eulerPlan({ config, alphasCumprod }: NoiseSchedule, steps: number): EulerPlan {
  const timesteps = visitedTimesteps(config, steps, { whole: false });
  const sigmaAt = (t: number) => {
    const last = alphasCumprod.length - 1;
    const lower = Math.min(Math.floor(t), last), upper = Math.min(lower + 1, last);
    const [a, b] = [lower, upper].map((i) => Math.sqrt(1 / (alphasCumprod[i] as number) - 1)) as [
      number,
      number,
    ];
    return a + (b - a) * (t - lower);
  };
  const sigmas = Float64Array.of(...timesteps.map(sigmaAt), 0);
  const largest = Math.max(...sigmas);
  const initialScale = config.timestep_spacing === "leading" ? Math.sqrt(largest ** 2 + 1) : largest;
  return { timesteps, sigmas, initialScale };
}

/** Samples by Euler's method; see {@link Sampler}. */
export async function* euler(
  predict: Predict,
  noise: Float32Array,
  options: SamplerOptions,
): AsyncGenerator<SamplerStep, void, void> {
  const { schedule, steps } = options;
  const { timesteps, sigmas, initialScale } = eulerPlan(schedule, steps);
  let sample: Float32Array = noise.map((x) => x * initialScale);
  for (const [index, timestep] of timesteps.entries()) {
    const sigma = sigmas[index] as number, next = sigmas[index + 1] as number;
    const alpha = 1 / (sigma * sigma + 1);
    const modelInput = sample.map((x) => x * Math.sqrt(alpha));
    const prediction = await ask(predict, modelInput, timestep);
    const { denoised } = interpret(schedule, modelInput, { prediction, alpha });
    sample = weighted(next / sigma, sample, 1 - next / sigma, denoised);
    yield { index, total: steps, timestep, modelInput, prediction, sample, denoised };
  }
}
