/**
 * Locked-text contrastive training (Zhai et al. 2022, "LiT"; loss of Radford et al. 2021): the image tower learns to find its caption among
 * the batch's, and the caption its image, while the text tower stays as it is.
 *
 * | symbol | name         | shape         |
 * | ------ | ------------ | ------------- |
 * | I      | `images`     | [batch width], any length |
 * | T      | `texts`      | [batch width], unit length |
 * | τ⁻¹    | exp(`logitScale`) | scalar, at most 100 |
 *
 *     L = ½ [ CE(τ⁻¹ Î Tᵀ, i) + CE(τ⁻¹ T Îᵀ, i) ],   Î = I/‖I‖
 */
import { type Tensor, tf } from "../engine/mod.ts";

/** ln(1/0.07), CLIP's first temperature. */
export const INITIAL_LOGIT_SCALE: number = Math.log(1 / 0.07);
const LARGEST_LOGIT_SCALE = Math.log(100);

/** Rows divided by their length. [rows width] → [rows width]. */
export function unitRows(x: Tensor): Tensor {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-12)));
}

/**
 * The symmetric loss, a scalar in nats, lower is better; ln(batch) for a tower that knows nothing.
 *
 * @throws RangeError when images and texts differ in shape.
 */
export function contrastiveLoss(images: Tensor, texts: Tensor, options: { logitScale: Tensor }): Tensor {
  const batch = images.shape[0] as number;
  if (images.shape.join() !== texts.shape.join()) {
    throw new RangeError(
      `contrastiveLoss() needs as many images as texts of one width, got [${images.shape}] and [${texts.shape}]`,
    );
  }
  const scale = tf.exp(tf.minimum(options.logitScale, LARGEST_LOGIT_SCALE));
  const logits = tf.mul(tf.matMul(unitRows(images), texts, false, true), scale);
  const diagonal = tf.oneHot(tf.range(0, batch, 1, "int32") as tf.Tensor1D, batch, 1, 0, "float32");
  const own = (x: Tensor) => tf.div(tf.neg(tf.sum(tf.mul(tf.logSoftmax(x), diagonal))), batch);
  return tf.mul(tf.add(own(logits), own(tf.transpose(logits))), 0.5);
}
