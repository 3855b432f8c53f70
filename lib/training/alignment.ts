/**
 * Alignment of the denoiser with an image encoder (REPA, Yu et al. 2025): what a noisy picture's features say, through a small head that is
 * dropped after the training, should be what the encoder's patch tokens say of the clean one.
 *
 * | symbol | name       | shape                                                  |
 * | ------ | ---------- | ------------------------------------------------------ |
 * | h      | `features` | [batch channels side side], the U-Net's on the way down |
 * | y      | `tokens`   | [batch side² width], the encoder's, row by row         |
 *
 *     L = 1 − mean cos(W₂ silu(W₁ h + b₁) + b₂, ỹ)
 *
 * ỹ are the tokens less their mean over the picture's places (Singh et al. 2025: what is told apart inside a picture matters, not what all its places
 * share).
 */
import { type HostParams, type Key, type Params, scope, silu, type Tensor, tf } from "../engine/mod.ts";
import { initialize, linear, linearShapes, shapeTree } from "../nn/mod.ts";

/** What a denoiser is aligned with. */
export interface Alignment {
  /** Patches along a picture's side. */
  readonly side: number;
  /** Width of an encoder's token. */
  readonly width: number;
  /** Weight of the term beside the diffusion loss. */
  readonly weight: number;
}

/** A fresh head: `linear_1.*`, `linear_2.*`. `channels` of the features. */
export function initAlignmentHead(from: Key, channels: number, { width }: Alignment): HostParams {
  return initialize(
    from,
    shapeTree({ linear_1: linearShapes(channels, width), linear_2: linearShapes(width, width) }),
  );
}

function unitTokens(tokens: Tensor): Tensor {
  return tf.div(tokens, tf.sqrt(tf.add(tf.sum(tf.square(tokens), -1, true), 1e-6)));
}

/**
 * The deepest of the states on the way down that have as many places as the encoder has patches.
 *
 * @throws RangeError when none has.
 */
export function alignedState(contracted: readonly Tensor[], { side }: Alignment): Tensor {
  const state = contracted.findLast(({ shape }) => shape[2] === side && shape[3] === side);
  if (state) return state;
  throw new RangeError(
    `Alignment needs features of side ${side}, the U-Net's are of ${
      contracted.map(({ shape }) => shape[2]).join(", ")
    }`,
  );
}

/** L: a scalar in [0, 2], lower is better, 0 when the features say the encoder's tokens. */
export function alignmentTerm(head: Params, of: { features: Tensor; tokens: Tensor }): Tensor {
  const [batch, channels, height, width] = of.features.shape as [number, number, number, number];
  const places = tf.transpose(tf.reshape(of.features, [batch, channels, height * width]), [0, 2, 1]);
  const said = linear(scope(head, "linear_2"), silu(linear(scope(head, "linear_1"), places)));
  const centred = tf.sub(of.tokens, tf.mean(of.tokens, 1, true));
  const cosines = tf.sum(tf.mul(unitTokens(said), unitTokens(centred)), -1);
  return tf.sub(1, tf.mean(cosines));
}
