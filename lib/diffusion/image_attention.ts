import { leaf, type Params, type Tensor, tf } from "../engine/mod.ts";
import type { AttentionContext } from "../nn/mod.ts";

/** Image tokens that every cross-attention layer attends to beside the text. */
export interface ImageContext {
  /** [batch image_tokens width] */
  readonly tokens: Tensor;
  /** The checkpoint's `ip_adapter` dictionary: "1.to_k_ip.weight", "1.to_v_ip.weight", "3.to_k_ip.weight", … */
  readonly weights: Params;
  /** Factor of the image attention: a number, or a tensor that broadcasts to [batch tokens inner]. 0 is the plain U-Net. */
  readonly scale: number | Tensor;
  /** A further factor per layer index; layers that are not named keep 1. 0 leaves a layer out (as InstantStyle does). */
  readonly layerScales?: Readonly<Record<string, number>>;
  /** Whether it is attended to in place of the text, as unCLIP-like models do (Sec. 2.2); beside it if absent, as IP-Adapter does. */
  readonly replacesText?: boolean;
}

/** The text that cross-attention layers still attend to: none where an image context replaces it. */
export function attendedText(text: Tensor, contexts: readonly ImageContext[]): Tensor | undefined {
  return contexts.some(({ replacesText }) => replacesText) ? undefined : text;
}

/** The contexts of one cross-attention layer, by its number in IP-Adapter checkpoints. */
export function imageAttention(contexts: readonly ImageContext[], index: string): AttentionContext[] {
  return contexts.flatMap(({ tokens, weights, scale, layerScales }) => {
    const factor = layerScales?.[index] ?? 1;
    if (factor === 0 || scale === 0) return [];
    return [{
      tokens,
      toKey: { weight: leaf(weights, `${index}.to_k_ip.weight`) },
      toValue: { weight: leaf(weights, `${index}.to_v_ip.weight`) },
      scale: factor === 1 ? scale : typeof scale === "number" ? scale * factor : tf.mul(scale, factor),
    }];
  });
}
