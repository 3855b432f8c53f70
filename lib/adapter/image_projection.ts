/**
 * The projection of the first IP-Adapter (Ye et al. 2023, Sec. 3.2), which IPAdapter+ replaced by a transformer: one linear layer turns the
 * pooled image vector into a few tokens, then a layer norm. There is no place for an instruction.
 *
 * | symbol | name          | shape                                              | SD 1.5           |
 * | ------ | ------------- | -------------------------------------------------- | ---------------- |
 * | e      | `imageEmbeds` | [batch clip_embeddings_dim], the projected vector  | [batch 1024]     |
 * | c      | returned      | [batch clip_extra_context_tokens cross_attention_dim] | [batch 4 768] |
 *
 *     c = LN(reshape(proj e))
 *
 * Source: tencent-ailab/IP-Adapter, `ip_adapter/ip_adapter.py`, class ImageProjModel, whose state-dict and field names are kept.
 */
import { type Params, scope, type Shapes, type Tensor, tf } from "../engine/mod.ts";
import { layerNorm, linear, linearShapes, normShapes, shapeTree } from "../nn/mod.ts";

/** Sizes of the first IP-Adapter's projection, under the reference's names. */
export interface ImageProjectionConfig {
  /** Tells the projections apart; the reference's class name. */
  readonly class: "ImageProjModel";
  /** Width of the image encoder's joint space. */
  readonly clip_embeddings_dim: number;
  /** Width of the U-Net's cross-attention. */
  readonly cross_attention_dim: number;
  /** Number of image tokens. */
  readonly clip_extra_context_tokens: number;
}

/** Parameter names and shapes, in the reference's order. SD 1.5 with ViT-H/14: 3,150,336 scalars. */
export function imageProjectionShapes(config: ImageProjectionConfig): Shapes {
  const { clip_embeddings_dim: input, cross_attention_dim: width, clip_extra_context_tokens: tokens } =
    config;
  return shapeTree({ proj: linearShapes(input, tokens * width), norm: normShapes(width) });
}

/**
 * Image tokens [batch tokens width] of pooled image vectors [batch clip_embeddings_dim].
 *
 * @throws RangeError when the vectors have another width.
 */
export function imageProjection(params: Params, imageEmbeds: Tensor, config: ImageProjectionConfig): Tensor {
  const { clip_embeddings_dim: input, cross_attention_dim: width, clip_extra_context_tokens: tokens } =
    config;
  if (imageEmbeds.rank !== 2 || imageEmbeds.shape[1] !== input) {
    throw new RangeError(`imageProjection() needs vectors [batch ${input}], got [${imageEmbeds.shape}]`);
  }
  const flat = linear(scope(params, "proj"), imageEmbeds);
  return layerNorm(scope(params, "norm"), tf.reshape(flat, [-1, tokens, width]));
}
