/**
 * Classifier-free guidance (Ho and Salimans 2022), and its chain over several conditions.
 *
 * With predictions p_0 (nothing given), p_1, …, p_n (each given more than the one before),
 *
 *     p = p_0 + Σ s_i (p_i − p_{i−1})
 *
 * One condition is ordinary guidance, p_0 + s (p_1 − p_0). Equal scales telescope to it. InstructPix2Pix's and the released Instruct code's
 * guidance (image, then text, then instruction; `uncond`, `imageonly`, `everything`, `full` there) are chains of two and three.
 */
import type { Predict } from "./samplers/sampler.ts";

/**
 * p_0 + Σ s_i (p_i − p_{i−1}).
 *
 * @param predictions p_0 … p_n, of one size.
 * @param scales s_1 … s_n; 1 is the plain conditional prediction, more follows the condition more closely.
 * @throws RangeError when there is not one scale per condition.
 */
export function guide(predictions: readonly Float32Array[], scales: readonly number[]): Float32Array {
  if (predictions.length !== scales.length + 1) {
    throw new RangeError(
      `guide() needs ${scales.length + 1} predictions for ${scales.length} scales, got ${predictions.length}`,
    );
  }
  const [base] = predictions as [Float32Array, ...Float32Array[]];
  return base.map((value, i) =>
    scales.reduce((sum, scale, n) => sum + scale * (predictions[n + 1]![i]! - predictions[n]![i]!), value)
  );
}

/**
 * A guided denoiser from one that answers for all conditions in one batch: it is given [p_0's samples, p_1's samples, …] and must answer in
 * that order.
 */
export function guided(predict: Predict, options: { scales: readonly number[] }): Predict {
  const { scales } = options;
  const count = scales.length + 1;
  return async (sample, timestep) => {
    const batch = new Float32Array(count * sample.length);
    for (let i = 0; i < count; i++) batch.set(sample, i * sample.length);
    const answer = await predict(batch, timestep);
    if (answer.length !== batch.length) {
      throw new RangeError(
        `guided() needs ${batch.length} numbers for ${count} conditions, got ${answer.length}`,
      );
    }
    const parts = Array.from(
      { length: count },
      (_, i) => answer.subarray(i * sample.length, (i + 1) * sample.length),
    );
    return guide(parts, scales);
  };
}
