/**
 * InstantStyle (Wang et al. 2024): style from an image without any training for it. An adapter that was trained to reproduce speaks in the style
 * layers alone; the layers that carry layout and content hear the text only.
 *
 * There the style layers of SDXL are the first expanding block with cross-attention (`up_blocks.0.attentions.1`). Here they are all layers of that
 * block: `up_blocks.1` of SD 1.5, `up_blocks.0` of the mini U-Net.
 *
 * Departure: the caption's CLIP vector is not subtracted from the image's, since IPAdapter+ reads patch tokens, which share no space with it.
 */
import { host, type HostParams } from "../engine/mod.ts";
import { crossAttentionLayers, type UnetConfig } from "../diffusion/mod.ts";

/** Numbers of the style layers in IP-Adapter checkpoints. @throws RangeError when no expanding block has cross-attention. */
export function styleLayers(unet: UnetConfig): string[] {
  const up = crossAttentionLayers(unet).filter(({ path }) => path.startsWith("up_blocks."));
  const block = up[0]?.path.split(".").slice(0, 2).join(".");
  if (block === undefined) {
    throw new RangeError("styleLayers() needs a U-Net whose up blocks have cross-attention, got none");
  }
  return up.filter(({ path }) => path.startsWith(`${block}.`)).map(({ index }) => index);
}

const VALUES = /^ip_adapter\.(\d+)\.to_v_ip\.weight$/;

/**
 * An adapter that speaks in the style layers alone: elsewhere its values are zero, so that its attention adds nothing there.
 *
 * @param adapter `image_proj.*` and `ip_adapter.*`; other tensors are shared with the result.
 * @throws RangeError when the adapter lacks a style layer.
 */
export function instantStyle(adapter: HostParams, unet: UnetConfig): HostParams {
  const style = styleLayers(unet);
  const lacking = style.filter((index) => !(`ip_adapter.${index}.to_v_ip.weight` in adapter));
  if (lacking.length > 0) {
    throw new RangeError(
      `instantStyle() needs ip_adapter.N.to_v_ip.weight for N of ${style.join(", ")}, got none for ${
        lacking.join(", ")
      }`,
    );
  }
  return Object.fromEntries(
    Object.entries(adapter).map(([name, tensor]) => {
      const index = VALUES.exec(name)?.[1];
      return index === undefined || style.includes(index)
        ? [name, tensor]
        : [name, host(new Float32Array(tensor.data.length), tensor.shape)];
    }),
  );
}
