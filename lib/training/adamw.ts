/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) and gradient clipping, as functions of flat vectors: all trained parameters of a model are
 * one tensor [N] (see flat_parameters.ts), so that an optimiser step is a dozen operations whatever the model.
 *
 * | symbol | name                 | shape            |
 * | ------ | -------------------- | ---------------- |
 * | θ      | `params`             | [N]              |
 * | g      | `gradient`           | [N]              |
 * | m, v   | `m`, `v`             | [N], zero before the first step |
 * | η_t, t | `rates`              | [3], from {@link adamwRates} |
 *
 *     θ ← θ (1 − η λ)                                      decay first, apart from the gradient
 *     m ← β₁ m + (1 − β₁) g;   v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 *
 * Departure: what depends on t is computed in float64 outside and fed as `rates`, since 1 − 0.999ᵗ keeps only three digits in float32.
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { ADAMW, type AdamWConfig } from "./optimizer_config.ts";

/** Parameters and moments, each [N]. */
export interface AdamWState {
  /** θ */
  readonly params: Tensor;
  /** Running mean of the gradient. */
  readonly m: Tensor;
  /** Running mean of its square. */
  readonly v: Tensor;
}

/**
 * The numbers of one step that change with time: [η, η/(1 − β₁ᵗ), 1/√(1 − β₂ᵗ)].
 *
 * @param step t, counted from 1.
 * @param options.learningRate η in force in this step.
 * @throws RangeError when the step is no whole number from 1.
 */
export function adamwRates(
  step: number,
  options: { learningRate: number; config?: AdamWConfig },
): Float32Array {
  if (!(Number.isInteger(step) && step >= 1)) {
    throw new RangeError(`adamwRates() counts steps from 1, got ${step}`);
  }
  const { learningRate, config = ADAMW } = options;
  const [first, second] = config.betas;
  return Float32Array.of(learningRate, learningRate / (1 - first ** step), 1 / Math.sqrt(1 - second ** step));
}

/** One AdamW step. `rates` [3] from {@link adamwRates}; everything else [N]. */
export function adamw(
  state: AdamWState,
  gradient: Tensor,
  options: { rates: Tensor; config?: AdamWConfig },
): AdamWState {
  const { betas: [first, second], eps, weight_decay } = options.config ?? ADAMW;
  const [rate, stepSize, scale] = tf.split(options.rates, 3) as [Tensor, Tensor, Tensor];
  const m = tf.add(tf.mul(state.m, first), tf.mul(gradient, 1 - first));
  const v = tf.add(tf.mul(state.v, second), tf.mul(tf.square(gradient), 1 - second));
  const decayed = tf.mul(state.params, tf.sub(1, tf.mul(rate, weight_decay)));
  const update = tf.div(tf.mul(m, stepSize), tf.add(tf.mul(tf.sqrt(v), scale), eps));
  return { params: tf.sub(decayed, update), m, v };
}

/**
 * What a gradient of this global L2 norm (a scalar) is multiplied by so that it is at most `maxNorm` long: min(1, maxNorm/(‖g‖ + 1e-6)), as
 * PyTorch's clip_grad_norm_. A scalar.
 */
export function clipFactor(norm: Tensor, maxNorm: number): Tensor {
  return tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
}

/**
 * Scales a gradient [N] down to a global L2 norm of at most `maxNorm`.
 *
 * @returns the clipped gradient [N] and the norm before clipping, a scalar.
 */
export function clipByGlobalNorm(gradient: Tensor, maxNorm: number): { gradient: Tensor; norm: Tensor } {
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  return { gradient: tf.mul(gradient, clipFactor(norm, maxNorm)), norm };
}
