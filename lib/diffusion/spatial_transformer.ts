import { type Params, scope, type Shapes, type Tensor, tf } from "../engine/mod.ts";
import {
  type AttentionContext,
  attentionShapes,
  convolutionShapes,
  gatedFeedForward,
  gatedFeedForwardShapes,
  groupNorm,
  layerNorm,
  linear,
  linearShapes,
  multiHeadAttention,
  normShapes,
  repeatRows,
  shapeTree,
} from "../nn/mod.ts";

/** Group norm at the entry of a transformer; the residual blocks beside it have 1e-5. */
const ENTRY_EPS = 1e-6;

/**
 * Transformer over the pixels of a feature map (diffusers Transformer2DModel): self-attention, cross-attention to `contexts`, gated
 * feed-forward, each behind a layer norm and residual. x [batch channel height width]; `text` [batch tokens width] is
 * attended to with the block's own projections, unless it is undefined; `extra` contexts share its query and are summed before the output projection.
 * `rows` is the contexts' batch, x's or a multiple of it: then each of x's rows is repeated for as many of them, not before it attends to them.
 * 1×1 convolutions are applied as linear layers on tokens, which is the same arithmetic.
 */
export function spatialTransformer(
  p: Params,
  x: Tensor,
  options: {
    heads: number;
    groups: number;
    rows: number;
    text: Tensor | undefined;
    extra?: readonly AttentionContext[];
  },
): Tensor {
  const { heads, groups, rows, text, extra = [] } = options;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const normed = groupNorm(scope(p, "norm"), x, { groups, eps: ENTRY_EPS });
  let tokens = tf.transpose(tf.reshape(normed, [batch, channels, height * width]), [0, 2, 1]);
  tokens = linear(scope(p, "proj_in"), tokens);
  tokens = transformerBlock(scope(p, "transformer_blocks.0"), tokens, { heads, rows, text, extra });
  tokens = linear(scope(p, "proj_out"), tokens);
  return tf.add(
    repeatRows(x, rows),
    tf.reshape(tf.transpose(tokens, [0, 2, 1]), [rows, channels, height, width]),
  );
}

function transformerBlock(
  p: Params,
  x: Tensor,
  options: { heads: number; rows: number; text: Tensor | undefined; extra: readonly AttentionContext[] },
): Tensor {
  const attend = (
    name: string,
    query: Tensor,
    tokens: Tensor | undefined,
    extra: readonly AttentionContext[],
  ) => {
    const own = scope(p, name);
    const contexts = tokens ? [{ tokens, toKey: scope(own, "to_k"), toValue: scope(own, "to_v") }] : [];
    return multiHeadAttention({ toQuery: scope(own, "to_q"), toOut: scope(own, "to_out.0") }, query, {
      heads: options.heads,
      contexts: [...contexts, ...extra],
    });
  };
  const first = layerNorm(scope(p, "norm1"), x);
  const seen = repeatRows(tf.add(x, attend("attn1", first, first, [])), options.rows);
  const attended = tf.add(
    seen,
    attend("attn2", layerNorm(scope(p, "norm2"), seen), options.text, options.extra),
  );
  return tf.add(attended, gatedFeedForward(scope(p, "ff"), layerNorm(scope(p, "norm3"), attended)));
}

/** Shapes of {@link spatialTransformer} with one transformer block; `context` is the width of the text tokens. */
export function spatialTransformerShapes(
  channels: number,
  options: { context: number; linearProjection?: boolean },
): Shapes {
  const projection = options.linearProjection
    ? linearShapes(channels, channels)
    : convolutionShapes(channels, channels, { kernel: 1 });
  return shapeTree({
    norm: normShapes(channels),
    proj_in: projection,
    transformer_blocks: [shapeTree({
      norm1: normShapes(channels),
      attn1: attentionShapes(channels),
      norm2: normShapes(channels),
      attn2: attentionShapes(channels, { context: options.context }),
      norm3: normShapes(channels),
      ff: gatedFeedForwardShapes(channels),
    })],
    proj_out: projection,
  });
}
