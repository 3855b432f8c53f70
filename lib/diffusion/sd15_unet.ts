import type { UnetConfig } from "./unet_config.ts";

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
