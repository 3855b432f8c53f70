/** Sizes of the paper's models: Stable Diffusion 1.5, ViT-H/14's hidden states, and the adapters on top. Compare `mini/models.ts`. */
import type { InstructResamplerConfig, ResamplerConfig } from "../lib/adapter/mod.ts";
import type { UnetConfig } from "../lib/diffusion/mod.ts";

/** Stable Diffusion 1.5's U-Net: 859,520,964 parameters. */
export const SD15_UNET: UnetConfig = {
  in_channels: 4,
  out_channels: 4,
  down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
  up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
  block_out_channels: [320, 640, 1280, 1280],
  layers_per_block: 2,
  norm_num_groups: 32,
  cross_attention_dim: 768,
  attention_head_dim: 8,
};

/** IPAdapter+ for it: 29,918,208 parameters. */
export const SD15_RESAMPLER: ResamplerConfig = {
  class: "Resampler",
  dim: 768,
  depth: 4,
  dim_head: 64,
  heads: 12,
  num_queries: 16,
  embedding_dim: 1280,
  output_dim: 768,
  ff_mult: 4,
};

/** The same with the instruction (Fig. 3), ViT-H/14's text vectors of width 1024: 49,598,208 parameters. */
export const SD15_INSTRUCT: InstructResamplerConfig = {
  class: "ResamplerInstruct",
  dim: 768,
  depth: 4,
  dim_head: 64,
  heads: 12,
  num_queries: 16,
  embedding_dim_image_embeds: 1280,
  embedding_dim_instruct_embeds: 1024,
  output_dim: 768,
  ff_mult: 4,
};
