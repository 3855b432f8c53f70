import { type Params, scope, type Shapes, type Tensor, tf } from "../engine/mod.ts";
import { attentionShapes, groupNorm, multiHeadAttention, normShapes, shapeTree } from "../nn/mod.ts";

/** Self-attention over pixels with one head, a group norm at the entry and a residual. x [batch channel height width]. */
export function pixelAttention(p: Params, x: Tensor, options: { groups: number; eps: number }): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const normed = groupNorm(scope(p, "group_norm"), x, options);
  const tokens = tf.transpose(tf.reshape(normed, [batch, channels, height * width]), [0, 2, 1]);
  const attended = multiHeadAttention({ toQuery: scope(p, "to_q"), toOut: scope(p, "to_out.0") }, tokens, {
    heads: 1,
    contexts: [{ tokens, toKey: scope(p, "to_k"), toValue: scope(p, "to_v") }],
  });
  return tf.add(x, tf.reshape(tf.transpose(attended, [0, 2, 1]), x.shape));
}

/** Shapes of {@link pixelAttention}: group_norm, to_q, to_k, to_v, to_out.0, all with biases. */
export function pixelAttentionShapes(channels: number): Shapes {
  return { ...shapeTree({ group_norm: normShapes(channels) }), ...attentionShapes(channels, { bias: true }) };
}
