import { type Tensor, tf } from "../engine/mod.ts";

/**
 * Each row after itself until there are `rows` of them: [a b] → [a a b b]. x [batch …] → [rows …]; x itself where it has as many.
 *
 * @throws RangeError when `rows` is no multiple of the batch.
 */
export function repeatRows(x: Tensor, rows: number): Tensor {
  const [batch, ...sides] = x.shape as [number, ...number[]];
  if (batch === rows) return x;
  if (rows % batch !== 0) throw new RangeError(`repeatRows() needs a multiple of ${batch} rows, got ${rows}`);
  const repeated = tf.tile(tf.reshape(x, [batch, 1, ...sides]), [1, rows / batch, ...sides.map(() => 1)]);
  return tf.reshape(repeated, [rows, ...sides]);
}
