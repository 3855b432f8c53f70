/**
 * The diffusion loss (Sec. 3.1): E‖ε − ε_θ(z_t, t, …)‖² with z_t sampled in closed form, t uniform in 0 … T−1.
 *
 * | symbol | name     | shape                          |
 * | z_0    | `latent` | [batch channel height width]   |
 * | ε      | `noise`  | like z_0                       |
 * | z_t    | `sample` | like z_0                       |
 * | t      | `timestep` | [batch]                      |
 */
import { fold, type InputSpec, type Key, normal, stream, type Tensor, tf } from "../engine/mod.ts";
import { addNoise, type NoiseSchedule } from "../diffusion/mod.ts";

/** A batch's noisy latents, their timesteps and the noise to predict. */
export interface NoisyBatch {
  /** z_t, flat [batch channel height width]. */
  readonly sample: Float32Array;
  /** t [batch], whole numbers from 0. */
  readonly timestep: Float32Array;
  /** ε, flat like `sample`. */
  readonly noise: Float32Array;
}

/** Inputs of a training program for latents [batch channel height width]. */
export function noisyBatchSpecs(shape: readonly number[]): Record<keyof NoisyBatch, InputSpec> {
  return { sample: { shape }, timestep: { shape: [shape[0] as number] }, noise: { shape } };
}

/**
 * For every sample the nearest in direction of `candidates` noises (Li et al. 2024, "Immiscible diffusion"): paths from noise to pictures cross less,
 * and the model has less to average over. Departure: the largest inner product, not the least distance, which would also take the shorter noises (here
 * 3 % too little variance with four) and so bias the noisiest steps.
 */
function nearestNoise(
  from: Key,
  latents: Float32Array,
  options: { batch: number; candidates: number },
): Float32Array {
  const { batch, candidates } = options;
  const width = latents.length / batch;
  const drawn = Array.from(
    { length: candidates },
    (_, i) => normal(fold(from, "noise", i), latents.length),
  );
  const nearest = new Float32Array(latents.length);
  for (let first = 0; first < latents.length; first += width) {
    let [best, most] = [drawn[0] as Float32Array, -Infinity];
    for (const noise of drawn) {
      let product = 0;
      for (let i = first; i < first + width; i++) product += (latents[i] as number) * (noise[i] as number);
      if (product > most) [best, most] = [noise, product];
    }
    nearest.set(best.subarray(first, first + width), first);
  }
  return nearest;
}

/**
 * Samples timesteps from `firstTimestep` on and noise for `latents` [batch ...] flat and mixes them; of `candidates` noises a sample takes the nearest,
 * of one the only.
 */
export function noisyBatch(
  from: Key,
  schedule: NoiseSchedule,
  latents: Float32Array,
  { batch, candidates = 1, firstTimestep = 0 }: {
    batch: number;
    candidates?: number;
    firstTimestep?: number;
  },
): NoisyBatch {
  const source = stream(fold(from, "timesteps"));
  const last = schedule.alphasCumprod.length - 1;
  const timesteps = Float32Array.from({ length: batch }, () => source.int(firstTimestep, last));
  const noise = candidates === 1
    ? normal(fold(from, "noise"), latents.length)
    : nearestNoise(from, latents, { batch, candidates });
  return { sample: addNoise(schedule, latents, { noise, timesteps }), timestep: timesteps, noise };
}

/** Mean squared error over all elements. */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  return tf.mean(tf.square(tf.sub(prediction, target)));
}

/**
 * Min-SNR-γ weights for ε-prediction (Hang et al. 2023, eq. 4): min(SNR_t, γ)/SNR_t with SNR_t = ᾱ_t/(1 − ᾱ_t), so that nearly clean
 * samples do not outweigh the noisy ones that decide what the picture shows. → [batch], in (0, 1].
 */
export function minSnrWeights(
  schedule: NoiseSchedule,
  timesteps: ArrayLike<number>,
  gamma = 5,
): Float32Array {
  return Float32Array.from(timesteps, (t) => {
    const alpha = schedule.alphasCumprod[t];
    if (alpha === undefined) {
      throw new RangeError(`minSnrWeights() needs timesteps of the schedule, got ${t}`);
    }
    const snr = alpha / (1 - alpha);
    return Math.min(snr, gamma) / snr;
  });
}

/**
 * Weights that turn the squared error of ε into that of v = √ᾱ ε − √(1 − ᾱ) z_0 (Salimans & Ho 2022): 1/ᾱ_t, so that every noise level counts
 * about alike. → [batch], at least 1.
 */
export function velocityWeights(schedule: NoiseSchedule, timesteps: ArrayLike<number>): Float32Array {
  return Float32Array.from(timesteps, (t) => {
    const alpha = schedule.alphasCumprod[t];
    if (alpha === undefined) {
      throw new RangeError(`velocityWeights() needs timesteps of the schedule, got ${t}`);
    }
    return 1 / alpha;
  });
}

/** How samples of different noise levels count: all alike, as in the paper; as an error of v; or by min-SNR-5. */
export type LossWeighting = "uniform" | "velocity" | "min-snr";

/** Weights of samples [batch] by their timesteps; undefined where all count alike. */
export function lossWeights(
  weighting: LossWeighting,
  schedule: NoiseSchedule,
  timesteps: ArrayLike<number>,
): Float32Array | undefined {
  switch (weighting) {
    case "uniform":
      return undefined;
    case "velocity":
      return velocityWeights(schedule, timesteps);
    case "min-snr":
      return minSnrWeights(schedule, timesteps);
  }
}

/** Mean over the batch of weight · (mean squared error of a sample). prediction and target [batch ...], weights [batch]. */
export function weightedSquaredError(prediction: Tensor, target: Tensor, weights: Tensor): Tensor {
  const error = tf.square(tf.sub(prediction, target));
  const axes = Array.from({ length: error.rank - 1 }, (_, i) => i + 1);
  return tf.mean(tf.mul(tf.mean(error, axes), weights));
}
