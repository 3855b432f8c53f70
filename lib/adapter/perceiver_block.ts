/**
 * One residual step of the projection transformer (paper Fig. 3): attention from the latents to a context, then a feed-forward.
 * IPAdapter+ takes the image as context; the Instruct resampler repeats the step with the instruction as context.
 *
 * | symbol       | name                    | shape                                   |
 * | ------------ | ----------------------- | --------------------------------------- |
 * | x            | `context`               | [batch context dim], image or instruction |
 * | l            | `latents`               | [batch queries dim]                     |
 * | q            | `0.to_q` · LN₂(l)       | [batch heads queries dim_head]          |
 * | k, v         | `0.to_kv` · [LN₁(x); LN₂(l)] | [batch heads context+queries dim_head] each |
 *
 *     l ← l + to_out(softmax(q kᵀ / √dim_head) v)        sub-keys 0.*
 *     l ← l + W₂ GELU(W₁ LN(l))                          sub-keys 1.0, 1.1, 1.3
 *
 * The keys come first in to_kv's rows, the values second.
 * Source: the Perceiver attention of tencent-ailab/IP-Adapter, `ip_adapter/resampler.py`. LayerNorm eps 1e-5, exact GELU, no dropout, no mask.
 */
import { attention, gelu, type Params, scope, type Shapes, type Tensor, tf } from "../engine/mod.ts";
import { layerNorm, linear, linearShapes, mergeHeads, normShapes, shapeTree, splitHeads } from "../nn/mod.ts";

/** Sizes of one block. */
export interface PerceiverBlockSizes {
  /** Width of latents and projected context. */
  readonly dim: number;
  readonly heads: number;
  /** Width of one head; heads · dim_head need not equal dim. */
  readonly dim_head: number;
  /** Inner width of the feed-forward as a multiple of dim. */
  readonly ff_mult: number;
}

/** Names and shapes of one block, in the reference's order. Linear weights are [out in] and have no bias. */
export function perceiverBlockShapes(sizes: PerceiverBlockSizes): Shapes {
  const { dim, heads, dim_head, ff_mult } = sizes;
  const inner = heads * dim_head;
  const hidden = Math.trunc(dim * ff_mult);
  return shapeTree({
    "0.norm1": normShapes(dim),
    "0.norm2": normShapes(dim),
    "0.to_q": linearShapes(dim, inner, { bias: false }),
    "0.to_kv": linearShapes(dim, 2 * inner, { bias: false }),
    "0.to_out": linearShapes(inner, dim, { bias: false }),
    "1.0": normShapes(dim),
    "1.1": linearShapes(dim, hidden, { bias: false }),
    "1.3": linearShapes(hidden, dim, { bias: false }),
  });
}

/** The two weights that add a block's result to the residual stream. With both zero the block is the identity, exactly. */
export const LAST_PROJECTIONS = ["0.to_out.weight", "1.3.weight"] as const;

function perceiverAttention(p: Params, context: Tensor, latents: Tensor, heads: number): Tensor {
  const x = layerNorm(scope(p, "norm1"), context);
  const l = layerNorm(scope(p, "norm2"), latents);
  const query = linear(scope(p, "to_q"), l);
  const [key, value] = tf.split(linear(scope(p, "to_kv"), tf.concat([x, l], 1)), 2, -1) as [Tensor, Tensor];
  const mixed = attention(splitHeads(query, heads), splitHeads(key, heads), splitHeads(value, heads));
  return linear(scope(p, "to_out"), mergeHeads(mixed));
}

function feedForward(p: Params, latents: Tensor): Tensor {
  return linear(scope(p, "3"), gelu(linear(scope(p, "1"), layerNorm(scope(p, "0"), latents))));
}

/** Attention to `context` [batch context dim], then feed-forward; both added to `latents` [batch queries dim] → same shape. */
export function perceiverBlock(
  p: Params,
  latents: Tensor,
  options: { context: Tensor; heads: number },
): Tensor {
  const attended = tf.add(
    latents,
    perceiverAttention(scope(p, "0"), options.context, latents, options.heads),
  );
  return tf.add(attended, feedForward(scope(p, "1"), attended));
}
