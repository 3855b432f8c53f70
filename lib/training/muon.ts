/**
 * Muon (Jordan et al. 2024): momentum, orthogonalised by a Newton-Schulz iteration, for matrices; as functions of stacks of matrices of one
 * shape, so that small products run together. Kernels [out in h w] are matrices [out in·h·w]; what is no matrix is AdamW's (see
 * `flat_parameters.ts`).
 *
 * | symbol | name       | shape                                    |
 * | ------ | ---------- | ---------------------------------------- |
 * | W      | `params`   | [count rows columns]                     |
 * | G      | `gradient` | [count rows columns]                     |
 * | M      | `m`        | [count rows columns], zero before the first step |
 * | η      | `rate`     | scalar                                   |
 *
 *     M ← μ M + (1 − μ) G;   U = (1 − μ) G + μ M           Nesterov; U = M without
 *     X₀ = U/(‖U‖ + 1e-7);   Xᵢ₊₁ = a Xᵢ + (b A + c A²) Xᵢ with A = Xᵢ Xᵢᵀ
 *     W ← W (1 − η λ) − η s X₅                             decay first, apart from the gradient
 *
 * s is √max(1, rows/columns) as in the reference ("spectral"), or 0.2 √max(rows, columns) ("rms", Liu et al. 2025), with which an update is as
 * long as AdamW's and one learning rate serves both.
 *
 * Departures from github.com/KellerJordan/Muon: the iteration runs in float32, not bfloat16; a kernel's scale is its matrix's, not that of the
 * kernel's two last sides.
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { MUON, type MuonConfig } from "./optimizer_config.ts";

/** a, b, c: the quintic whose slope at zero is largest, so that five iterations suffice. */
const COEFFICIENTS = [3.4445, -4.775, 2.0315] as const;

/** Weights and momentum, each [count rows columns]. */
export interface MuonState {
  /** W */
  readonly params: Tensor;
  /** M */
  readonly m: Tensor;
}

/** s, what a matrix's orthogonal update is multiplied by. */
export function muonScale(scale: MuonConfig["scale"], rows: number, columns: number): number {
  return scale === "spectral"
    ? Math.sqrt(Math.max(1, rows / columns))
    : 0.2 * Math.sqrt(Math.max(rows, columns));
}

/**
 * Matrices with about the same singular vectors whose singular values lie near 1 (0.7 to 1.2), whatever their length. [count rows columns] →
 * the same.
 */
export function orthogonalized(matrices: Tensor, iterations: number): Tensor {
  const [, rows, columns] = matrices.shape as [number, number, number];
  const [a, b, c] = COEFFICIENTS;
  const tall = rows > columns;
  const norms = tf.sqrt(tf.sum(tf.square(matrices), [1, 2], true));
  let x: Tensor = tf.div(matrices, tf.add(norms, 1e-7));
  for (let i = 0; i < iterations; i++) {
    // The Gram matrix of the shorter side, from the left or from the right.
    const gram = tf.matMul(x, x, tall, !tall);
    const polynomial = tf.add(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c));
    x = tf.add(tf.mul(x, a), tall ? tf.matMul(x, polynomial) : tf.matMul(polynomial, x));
  }
  return x;
}

/** One Muon step of a stack of matrices. `rate` is a scalar; everything else [count rows columns]. */
export function muon(
  state: MuonState,
  gradient: Tensor,
  options: { rate: Tensor; config?: MuonConfig },
): MuonState {
  const { momentum, nesterov, iterations, weight_decay, scale } = options.config ?? MUON;
  const { rate } = options;
  const [, rows, columns] = gradient.shape as [number, number, number];
  const m = tf.add(tf.mul(state.m, momentum), tf.mul(gradient, 1 - momentum));
  const ahead = nesterov ? tf.add(tf.mul(gradient, 1 - momentum), tf.mul(m, momentum)) : m;
  const update = tf.mul(orthogonalized(ahead, iterations), tf.mul(rate, muonScale(scale, rows, columns)));
  const decayed = tf.mul(state.params, tf.sub(1, tf.mul(rate, weight_decay)));
  return { params: tf.sub(decayed, update), m };
}
