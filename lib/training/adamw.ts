/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) and gradient clipping, over flat vectors: all trained parameters of a model are one [N] (see
 * flat_parameters.ts).
 *
 * | symbol | name           | shape                             |
 * | ------ | -------------- | --------------------------------- |
 * | θ      | `params`       | [N]                               |
 * | g      | `gradient`     | [N]                               |
 * | m, v   | `m`, `v`       | [N], zero before the first step   |
 * | η      | `learningRate` | in force in this step             |
 * | t      | `step`         | counted from 1                    |
 *
 *     θ ← θ (1 − η λ)                                      decay first, apart from the gradient
 *     m ← β₁ m + (1 − β₁) g;   v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 *
 * A loop in place (update.wat), not a compiled graph: it goes over each number once, where a graph of elementwise nodes goes over them twenty
 * times and gives back copies. Numbers are kept in float32 and computed in float64.
 */
import { ADAMW, type AdamWConfig } from "./optimizer_config.ts";
import { updateByAdamw } from "./update_kernel.ts";

/** Parameters and moments, each [N]; a step changes them in place. */
export interface AdamWState {
  /** θ */
  readonly params: Float32Array;
  /** Running mean of the gradient. */
  readonly m: Float32Array;
  /** Running mean of its square. */
  readonly v: Float32Array;
}

/**
 * One AdamW step, in place.
 *
 * @param gradient g [N]
 * @param options.step t, counted from 1.
 * @param options.learningRate η
 * @param options.factor what the gradient is multiplied by first (1).
 * @throws RangeError when the step is no whole number from 1, or the vectors differ in length.
 */
export function adamw(
  { params, m, v }: AdamWState,
  gradient: Float32Array,
  options: { step: number; learningRate: number; config?: AdamWConfig; factor?: number },
): void {
  const { step, learningRate, config = ADAMW, factor = 1 } = options;
  if (!(Number.isInteger(step) && step >= 1)) {
    throw new RangeError(`adamw() counts steps from 1, got ${step}`);
  }
  const { betas, eps, weight_decay } = config;
  const [first, second] = betas;
  updateByAdamw({ params, m, v, gradient }, {
    factor,
    betas,
    kept: 1 - learningRate * weight_decay,
    size: learningRate / (1 - first ** step),
    scale: 1 / Math.sqrt(1 - second ** step),
    eps,
  });
}

/**
 * What a gradient of this global L2 norm is multiplied by so that it is at most `maxNorm` long: min(1, maxNorm/(‖g‖ + 1e-6)), as PyTorch's
 * clip_grad_norm_.
 */
export function clipFactor(norm: number, maxNorm: number): number {
  return Math.min(maxNorm / (norm + 1e-6), 1);
}
