import type { Predict, SamplerStep } from "./samplers/sampler.ts";
import { type SamplerDefinition, type SamplerName, SAMPLERS, samplersWith } from "./samplers/samplers.ts";
import { checkImplied, type NoiseSchedule } from "./noise_schedule.ts";

/** What {@link sample} needs. */
export interface SampleOptions {
  /** The denoiser. */
  readonly predict: Predict;
  /** The schedule that the denoiser was trained with. */
  readonly schedule: NoiseSchedule;
  /** Number of steps; a sampler may call the denoiser more often (`extraCalls`). */
  readonly steps: number;
  /** Which sampler. */
  readonly sampler: SamplerName;
  /** Standard normal, flat; its size is that of every sample. */
  readonly noise: Float32Array;
  /** η of a stochastic sampler, with its noise; others have none. */
  readonly eta?: number;
  /** Its noise of step i when η > 0. */
  readonly varianceNoise?: (step: number) => Float32Array;
}

/**
 * Runs the reverse process (paper Eq. 2), step by step; the last step's `sample` is z_0.
 *
 * @throws RangeError when a sampler without η is given one, or the schedule's configuration asks it for what is not built.
 */
export function sampleSteps(options: SampleOptions): AsyncGenerator<SamplerStep, void, void> {
  const { predict, noise, sampler, eta = 0, ...rest } = options;
  const { run, stochastic, implied = {} }: SamplerDefinition = SAMPLERS[sampler];
  checkImplied(options.schedule.config, implied, `sample() with ${sampler}`);
  if (eta !== 0 && !stochastic) {
    const able = samplersWith((each) => each.stochastic).join(", ");
    throw new RangeError(`sample() with ${sampler} needs eta 0, got ${eta}: only ${able} adds noise`);
  }
  return run(predict, noise, { ...rest, eta });
}

/** Runs the reverse process (paper Eq. 2) to its end and gives z_0, flat. */
export async function sample(options: SampleOptions): Promise<Float32Array> {
  let last: Float32Array = options.noise;
  for await (const step of sampleSteps(options)) last = step.sample;
  return last;
}

/**
 * Whether a sampler can take that many steps of a schedule, before a model is asked: it does so with a single number for a picture.
 *
 * @throws RangeError when it cannot, or what it computes is not finite.
 */
export async function checkSampling(
  options: { schedule: NoiseSchedule; steps: number; sampler: SamplerName },
): Promise<void> {
  const one = Float32Array.of(1);
  for await (const { sample, timestep } of sampleSteps({ ...options, noise: one, predict: () => one })) {
    if (!Number.isFinite(sample[0])) {
      throw new RangeError(
        `Sampling with ${options.sampler} needs a schedule that leaves numbers finite, got ${
          sample[0]
        } at ${timestep}`,
      );
    }
  }
}
