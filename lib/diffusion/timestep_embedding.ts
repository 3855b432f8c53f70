import { type Params, scope, type Shapes, silu, type Tensor, tf } from "../engine/mod.ts";
import { linear, linearShapes, shapeTree } from "../nn/mod.ts";

/**
 * Sinusoidal features of timesteps (Vaswani et al. 2017, as in DDPM): angles t · 10000^(−i / (width/2 − freqShift)).
 * timesteps [batch], int32 or float32 → [batch width], sines before cosines unless `flip` (cosines first, as SD 1.5).
 */
export function sinusoidalTimesteps(
  timesteps: Tensor,
  options: { width: number; flip?: boolean; freqShift?: number },
): Tensor {
  const { width, flip = true, freqShift = 0 } = options;
  if (width % 2 !== 0) throw new RangeError(`sinusoidalTimesteps() needs an even width, got ${width}`);
  const half = width / 2;
  const rates = Array.from({ length: half }, (_, i) => Math.exp(-Math.log(10000) * i / (half - freqShift)));
  const angles = tf.mul(tf.reshape(tf.cast(timesteps, "float32"), [-1, 1]), tf.tensor2d(rates, [1, half]));
  const waves = [tf.sin(angles), tf.cos(angles)];
  return tf.concat(flip ? waves.reverse() : waves, 1);
}

/** Two linear layers with SiLU between: features [batch width] → [batch hidden]. Names linear_1, linear_2. */
export function timestepEmbedding(p: Params, features: Tensor): Tensor {
  return linear(scope(p, "linear_2"), silu(linear(scope(p, "linear_1"), features)));
}

/** Shapes of {@link timestepEmbedding}. */
export function timestepEmbeddingShapes(width: number, hidden: number): Shapes {
  return shapeTree({ linear_1: linearShapes(width, hidden), linear_2: linearShapes(hidden, hidden) });
}
