/** What may be put on top of the base model: a LoRA merged into its weights, a ControlNet beside it. */
import { loadStrict, UserError } from "../../lib/engine/mod.ts";
import {
  applyLora,
  conditioningFactor,
  type ControlnetConfig,
  controlnetShapes,
  readLora,
} from "../../lib/diffusion/mod.ts";
import type { BaseModel, Model } from "../mini/frozen.ts";
import { headerObject, readWeights, type WeightFile } from "./weight_file.ts";

/** Image sides per latent side at the mini scale. */
const FACTOR = 4;

/**
 * The base with a LoRA merged into a copy of its weights, U-Net and text encoder.
 *
 * @throws UserError when keys or shapes do not belong to this base.
 */
export async function withLora(
  base: BaseModel,
  file: string | URL,
  options: { scale: number },
): Promise<{ base: BaseModel; stored: WeightFile }> {
  const stored = await readWeights(file, "the LoRA");
  const merged = (part: "unet" | "text_encoder", { config, params }: Model<unknown>) => {
    const lora = readLora(stored.tensors, Object.keys(params), { part });
    return { changes: Object.keys(lora).length, config, params: applyLora(params, lora, options) };
  };
  try {
    const unet = merged("unet", base.unet), text = merged("text_encoder", base.text);
    if (unet.changes + text.changes === 0) {
      throw new UserError("expected changes of the U-Net or the text encoder, got none");
    }
    return {
      stored,
      base: {
        ...base,
        unet: { ...base.unet, params: unet.params },
        text: { ...base.text, params: text.params },
      },
    };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof RangeError)) throw error;
    throw new UserError(`Applying the LoRA ${stored.file} failed: ${error.message}`);
  }
}

/**
 * A ControlNet whose configuration is the header's `config`.
 *
 * @throws UserError when it was made for another base model, or keys or shapes do not fit its configuration.
 */
export async function readControlnet(
  base: BaseModel,
  file: string | URL,
): Promise<{ controlnet: Model<ControlnetConfig>; stored: WeightFile }> {
  const stored = await readWeights(file, "the ControlNet");
  const what = `Reading the ControlNet ${stored.file} failed`;
  const header = headerObject(stored, "config");
  const widths = header?.conditioning_embedding_out_channels;
  if (!Array.isArray(widths) || !widths.every((width) => Number.isInteger(width) && width > 0)) {
    throw new UserError(`${what}: expected a ControlNet's configuration in the header's "config", got none`);
  }
  const { in_channels, down_block_types, block_out_channels, layers_per_block, norm_num_groups } =
    base.unet.config;
  const { cross_attention_dim, attention_head_dim } = base.unet.config;
  const own = {
    in_channels,
    down_block_types,
    block_out_channels,
    layers_per_block,
    norm_num_groups,
    cross_attention_dim,
    attention_head_dim,
  };
  for (const [field, expected] of Object.entries(own)) {
    const got = JSON.stringify(header?.[field]);
    if (got !== JSON.stringify(expected)) {
      throw new UserError(
        `${what}: expected ${field} ${JSON.stringify(expected)} as this base's U-Net, got ${got}`,
      );
    }
  }
  const config = header as unknown as ControlnetConfig;
  if (conditioningFactor(config) !== FACTOR || (config.conditioning_channels ?? 3) !== 3) {
    throw new UserError(
      `${what}: expected one for RGB images ${FACTOR} times the latents' side, got another`,
    );
  }
  const params = loadStrict(stored.tensors, controlnetShapes(config), {
    what: `the ControlNet ${stored.file}`,
  });
  return { controlnet: { config, params }, stored };
}
