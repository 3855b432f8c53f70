import { ddim } from "./samplers/ddim.ts";
import { euler } from "./samplers/euler.ts";
import { pndm } from "./samplers/pndm.ts";
import type { Predict, SamplerStep } from "./samplers/sampler.ts";
import type { NoiseSchedule } from "./noise_schedule.ts";

/** The samplers by name. */
export const SAMPLERS = { ddim, pndm, euler } as const;

/** Name of a sampler. */
export type SamplerName = keyof typeof SAMPLERS;

/** What {@link sample} needs. */
export interface SampleOptions {
  /** The denoiser. */
  readonly predict: Predict;
  /** The schedule that the denoiser was trained with. */
  readonly schedule: NoiseSchedule;
  /** Number of steps; PNDM calls the denoiser once more. */
  readonly steps: number;
  /** Which sampler. */
  readonly sampler: SamplerName;
  /** Standard normal, flat; its size is that of every sample. */
  readonly noise: Float32Array;
  /** DDIM's η with its noise; other samplers have none. */
  readonly eta?: number;
  /** DDIM's noise of step i when η > 0. */
  readonly varianceNoise?: (step: number) => Float32Array;
}

/**
 * Runs the reverse process (paper Eq. 2), step by step; the last step's `sample` is z_0.
 *
 * @throws RangeError when a sampler without η is given one.
 */
export function sampleSteps(options: SampleOptions): AsyncGenerator<SamplerStep, void, void> {
  const { predict, noise, sampler, eta = 0, ...rest } = options;
  if (sampler === "ddim") return ddim(predict, noise, { ...rest, eta });
  if (eta !== 0) {
    throw new RangeError(`sample() with ${sampler} needs eta 0, got ${eta}: only ddim adds noise`);
  }
  return SAMPLERS[sampler](predict, noise, rest);
}

/** Runs the reverse process (paper Eq. 2) to its end and gives z_0, flat. */
export async function sample(options: SampleOptions): Promise<Float32Array> {
  let last: Float32Array = options.noise;
  for await (const step of sampleSteps(options)) last = step.sample;
  return last;
}
