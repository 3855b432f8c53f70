import type { UnetConfig } from "./unet_config.ts";

/** The least U-Net that has all there is: two levels, the finer one with cross-attention. For tests, which vary its widths. */
export const TINY_UNET: UnetConfig = {
  in_channels: 4,
  out_channels: 4,
  down_block_types: ["CrossAttnDownBlock2D", "DownBlock2D"],
  up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D"],
  block_out_channels: [8, 8],
  layers_per_block: 1,
  norm_num_groups: 4,
  cross_attention_dim: 12,
  attention_head_dim: 2,
};
