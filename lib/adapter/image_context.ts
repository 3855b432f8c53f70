/**
 * Injection of the condition image into the U-Net: paper Sec. 3.1 and 3.3, Fig. 2. "Adds a cross-attention layer to the (projected) image
 * condition after every prompt cross-attention layer. The base model is kept frozen."
 *
 * | symbol   | name                  | shape                                                          |
 * | -------- | --------------------- | -------------------------------------------------------------- |
 * | c        | `tokens`              | [batch num_queries output_dim], the resampler's (16 × 768 in SD 1.5) |
 * | W_k, W_v | `K.to_{k,v}_ip.weight` | [width output_dim], width of layer K; no bias                  |
 * | λ        | `scale`               | a number; 0 is the base model, 1 as trained, 0.6–0.8 advised (Sec. 3.5) |
 *
 *     Z = softmax(Q K_textᵀ/√d) V_text + λ · softmax(Q (c W_kᵀ)ᵀ/√d) (c W_vᵀ)       same query Q, summed before the output projection
 *
 * K numbers the cross-attention layers 1, 3, 5, … in the U-Net's state-dict order: down blocks, up blocks, the middle block last (the even
 * numbers are its self-attentions). SD 1.5 has 16 layers, K = 1 … 31, 19,169,280 parameters.
 * Source: IP-Adapter (Ye et al. 2023), eq. 5. The attention itself is `unet(…, {imageContexts})`; nothing is patched into the model.
 */
import { host, type HostParams, leaf, type Params, scope, type Shapes, type Tensor } from "../engine/mod.ts";
import { crossAttentionLayers, type ImageContext, type UnetConfig } from "../diffusion/mod.ts";

/** Names and shapes of the keys and values for image tokens, in checkpoint order. `width` is the tokens', by default the text's. */
export function imageContextShapes(unet: UnetConfig, options: { width?: number } = {}): Shapes {
  const tokens = options.width ?? unet.cross_attention_dim;
  const shapes: Record<string, readonly number[]> = {};
  for (const { index, width } of crossAttentionLayers(unet)) {
    shapes[`${index}.to_k_ip.weight`] = [width, tokens];
    shapes[`${index}.to_v_ip.weight`] = [width, tokens];
  }
  return shapes;
}

/**
 * Initial keys and values: copies of the U-Net's own for text, as IP-Adapter's training starts.
 *
 * @param base the U-Net's weights.
 */
export function initImageContext(unet: UnetConfig, base: HostParams): HostParams {
  const params: HostParams = {};
  for (const { index, path } of crossAttentionLayers(unet)) {
    for (const role of ["k", "v"] as const) {
      const { data, shape } = leaf(base, `${path}.to_${role}.weight`);
      params[`${index}.to_${role}_ip.weight`] = host(data.slice(), shape);
    }
  }
  return params;
}

/**
 * What `unet(…, {imageContexts: [this]})` takes.
 *
 * @param adapter parameters of a whole adapter, `image_proj.*` and `ip_adapter.*`.
 * @param tokens image tokens [batch num_queries output_dim].
 * @param options.scale λ; `layerScales` multiplies it for single layers, `replacesText` leaves the text's part of the sum out.
 */
export function imageContext(
  adapter: Params,
  tokens: Tensor,
  options: Pick<ImageContext, "scale" | "layerScales" | "replacesText">,
): ImageContext {
  return { tokens, weights: scope(adapter, "ip_adapter"), ...options };
}
