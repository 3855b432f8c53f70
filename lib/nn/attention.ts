/**
 * Multi-head attention over a list of contexts. With one query and a softmax per context,
 *
 *     y = toOut( Σ_i scale_i · softmax(Q K_iᵀ / √d) V_i ),   Q = x W_q,  K_i = c_i W_k,i,  V_i = c_i W_v,i
 *
 * One context is ordinary attention; text and image contexts together are IP-Adapter's decoupled cross-attention
 * (Ye et al. 2023, eq. 5). The adapter is an argument: nothing is patched into a model.
 */
import { attention, type Params, type Shapes, type Tensor, tf } from "../engine/mod.ts";
import { linear, linearShapes } from "./layers.ts";
import { shapeTree } from "./shape_tree.ts";

/** What a layer attends to, with its own key and value projections. */
export interface AttentionContext {
  /** [batch keys width] */
  readonly tokens: Tensor;
  /** weight [inner width], bias optional */
  readonly toKey: Params;
  /** weight [inner width], bias optional */
  readonly toValue: Params;
  /** Factor of this context's result: a number or a tensor that broadcasts to [batch tokens inner]; 1 if absent. */
  readonly scale?: number | Tensor;
}

/** [batch tokens inner] → [batch heads tokens inner/heads]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, tokens, inner] = x.shape as [number, number, number];
  if (inner % heads !== 0) {
    throw new RangeError(`splitHeads() needs a width divisible by ${heads} heads, got [${x.shape}]`);
  }
  return tf.transpose(tf.reshape(x, [batch, tokens, heads, inner / heads]), [0, 2, 1, 3]);
}

/** [batch heads tokens dim] → [batch tokens heads·dim]; the inverse of {@link splitHeads}. */
export function mergeHeads(x: Tensor): Tensor {
  const [batch, heads, tokens, dim] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, tokens, heads * dim]);
}

/**
 * Attention of x to every context, summed before the output projection. A context whose scale is the number 0 is left out.
 * `mask` broadcasts to [batch heads tokens keys] and is added to every context's logits. x [batch tokens dim] → [batch tokens out].
 *
 * @throws RangeError when there is no context, or a width is not divisible by the heads.
 */
export function multiHeadAttention(
  p: { readonly toQuery: Params; readonly toOut: Params },
  x: Tensor,
  options: { heads: number; contexts: readonly AttentionContext[]; mask?: Tensor },
): Tensor {
  const { heads, contexts, mask } = options;
  if (contexts.length === 0) {
    throw new RangeError("multiHeadAttention() needs at least one context, got none");
  }
  const query = splitHeads(linear(p.toQuery, x), heads);
  let sum: Tensor | undefined;
  for (const { tokens, toKey, toValue, scale = 1 } of contexts) {
    if (scale === 0 && contexts.length > 1) continue;
    const key = splitHeads(linear(toKey, tokens), heads);
    const value = splitHeads(linear(toValue, tokens), heads);
    const result = mergeHeads(attention(query, key, value, mask ? { mask } : {}));
    const scaled = scale === 1 ? result : tf.mul(result, scale);
    sum = sum ? tf.add(sum, scaled) : scaled;
  }
  if (!sum) throw new RangeError("multiHeadAttention() needs a context with a scale other than 0, got none");
  return linear(p.toOut, sum);
}

/** Shapes of diffusers' Attention: to_q, to_k, to_v and to_out.0. `context` is the width of what is attended to. */
export function attentionShapes(
  dim: number,
  options: { context?: number; inner?: number; bias?: boolean } = {},
): Shapes {
  const { context = dim, inner = dim, bias = false } = options;
  return shapeTree({
    to_q: linearShapes(dim, inner, { bias }),
    to_k: linearShapes(context, inner, { bias }),
    to_v: linearShapes(context, inner, { bias }),
    to_out: [linearShapes(inner, dim)],
  });
}
