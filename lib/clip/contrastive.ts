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
 *
 * Since the texts do not change, an image can be held against many more of them than its batch has: {@link namingLoss} asks for the name of
 * what it shows among all names N.
 *
 *     L = CE(τ⁻¹ Î Nᵀ, name of I)
 */
import { type Tensor, tf } from "../engine/mod.ts";

/** ln(1/0.07), CLIP's first temperature. */
export const INITIAL_LOGIT_SCALE: number = Math.log(1 / 0.07);
const LARGEST_LOGIT_SCALE = Math.log(100);

/** Rows divided by their length. [rows width] → [rows width]. */
export function unitRows(x: Tensor): Tensor {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-12)));
}

/** τ⁻¹, at most 100. */
function temperature(logitScale: Tensor): Tensor {
  return tf.exp(tf.minimum(logitScale, LARGEST_LOGIT_SCALE));
}

/** Mean cross-entropy of rows of logits with rows that are 1 at the answer and 0 elsewhere. */
function crossEntropy(logits: Tensor, answers: Tensor): Tensor {
  return tf.div(tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), answers))), logits.shape[0] as number);
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
  const logits = tf.mul(tf.matMul(unitRows(images), texts, false, true), temperature(options.logitScale));
  const diagonal = tf.oneHot(tf.range(0, batch, 1, "int32") as tf.Tensor1D, batch, 1, 0, "float32");
  return tf.mul(tf.add(crossEntropy(logits, diagonal), crossEntropy(tf.transpose(logits), diagonal)), 0.5);
}

/**
 * How badly images [batch width] find their name among `names` [count width] of unit length: a scalar in nats, lower is better; ln(count)
 * for a tower that knows nothing. `answers` [batch count] is 1 at each image's name and 0 elsewhere.
 */
export function namingLoss(
  images: Tensor,
  names: Tensor,
  options: { answers: Tensor; logitScale: Tensor },
): Tensor {
  const logits = tf.matMul(unitRows(images), names, false, true);
  return crossEntropy(tf.mul(logits, temperature(options.logitScale)), options.answers);
}
