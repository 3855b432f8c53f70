import type { NoiseSchedule } from "../noise_schedule.ts";

/**
 * The denoiser as a sampler sees it: the model's output for a noisy batch at timestep t (one for all samples; Euler with "linspace" asks for
 * times between whole numbers). Flat arrays of one size.
 */
export type Predict = (sample: Float32Array, timestep: number) => Promise<Float32Array> | Float32Array;

/** One call of the model and what the sampler made of it. */
export interface SamplerStep {
  /** From 0. */
  readonly index: number;
  /** Calls in all. */
  readonly total: number;
  /** Where the model was asked. */
  readonly timestep: number;
  /** What the model saw. */
  readonly modelInput: Float32Array;
  /** What it returned. */
  readonly prediction: Float32Array;
  /** z after this step. */
  readonly sample: Float32Array;
  /** The clean sample ẑ_0 that this step believes in, where the sampler computes one. */
  readonly denoised?: Float32Array;
}

/** Common options of samplers. */
export interface SamplerOptions {
  /** The schedule that the model was trained with. */
  readonly schedule: NoiseSchedule;
  /** Number of steps; PNDM calls the model once more. */
  readonly steps: number;
}

/** A sampler: from standard normal noise z_T to z_0, yielding every step. The last step's `sample` is the result. */
export type Sampler<Options extends SamplerOptions = SamplerOptions> = (
  predict: Predict,
  noise: Float32Array,
  options: Options,
) => AsyncGenerator<SamplerStep, void, void>;

/** ᾱ at a timestep; behind the last step (t < 0) 1 or ᾱ_0, as the configuration says. */
export function alphaAt({ alphasCumprod, config }: NoiseSchedule, timestep: number): number {
  if (timestep >= 0) {
    const alpha = alphasCumprod[timestep];
    if (alpha === undefined) {
      throw new RangeError(`Sampling needs timesteps below ${alphasCumprod.length}, got ${timestep}`);
    }
    return alpha;
  }
  return config.set_alpha_to_one ?? true ? 1 : alphasCumprod[0] as number;
}

/** a · x + b · y. */
export function weighted(a: number, x: Float32Array, b: number, y: Float32Array): Float32Array {
  return x.map((value, i) => a * value + b * (y[i] as number));
}

/**
 * The model's answer, checked.
 *
 * @throws RangeError when it has another size than the sample, or is not finite.
 */
export async function ask(predict: Predict, sample: Float32Array, timestep: number): Promise<Float32Array> {
  const prediction = await predict(sample, timestep);
  if (prediction.length !== sample.length) {
    throw new RangeError(
      `The model at timestep ${timestep} must return ${sample.length} numbers, got ${prediction.length}`,
    );
  }
  const bad = prediction.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw new RangeError(
      `The model at timestep ${timestep} must return finite numbers, got ${prediction[bad]} at ${bad}`,
    );
  }
  return prediction;
}

/** Noise and clean sample as the model's output states them, for ε- or v-prediction at ᾱ. */
export function interpret(
  schedule: NoiseSchedule,
  sample: Float32Array,
  options: { prediction: Float32Array; alpha: number },
): { noise: Float32Array; denoised: Float32Array } {
  const { prediction, alpha } = options;
  const a = Math.sqrt(alpha), b = Math.sqrt(1 - alpha);
  if (schedule.config.prediction_type === "v_prediction") {
    return { noise: weighted(a, prediction, b, sample), denoised: weighted(a, sample, -b, prediction) };
  }
  return { noise: prediction, denoised: weighted(1 / a, sample, -b / a, prediction) };
}
