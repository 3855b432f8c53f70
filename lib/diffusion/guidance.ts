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
import { joinedRows } from "../engine/joined.ts";
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
 * A guided denoiser of `batch` samples from one that answers with all predictions of each: the first sample's p_0, p_1, …, then the second's.
 */
export function guided(
  predictAll: Predict,
  { scales, batch }: { readonly scales: readonly number[]; readonly batch: number },
): Predict {
  const count = scales.length + 1;
  return async (samples, timestep) => {
    const answer = await predictAll(samples, timestep);
    if (answer.length !== count * samples.length) {
      throw new RangeError(
        `guided() needs ${
          count * samples.length
        } numbers for ${count} predictions of each sample, got ${answer.length}`,
      );
    }
    const size = samples.length / batch;
    const predictions = Array.from({ length: count }, (_, p) =>
      joinedRows(
        Array.from({ length: batch }, (_, i) =>
          answer.subarray((i * count + p) * size, (i * count + p + 1) * size)),
      ));
    return guide(predictions, scales);
  };
}
