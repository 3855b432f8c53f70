/** Sizes of the mini models. They are configurations of the same code that runs SD 1.5. */
import type { InstructResamplerConfig, ResamplerConfig } from "../../lib/adapter/mod.ts";
import type { TextTowerConfig, VisionTowerConfig } from "../../lib/clip/mod.ts";
import type { ControlnetConfig, UnetConfig, VaeConfig } from "../../lib/diffusion/mod.ts";

/** Autoencoder: 64×64 RGB ↔ 16×16×4. `scaling_factor` is measured after training and stored in the checkpoint. */
export const MINI_VAE: VaeConfig = {
  in_channels: 3,
  out_channels: 3,
  latent_channels: 4,
  patch_size: 2,
  block_out_channels: [48, 64],
  layers_per_block: 1,
  norm_num_groups: 4,
  scaling_factor: 1,
  use_quant_conv: true,
  use_post_quant_conv: true,
  mid_block_add_attention: false,
};

/** Image tower of the joint space, and of the judge. 65 tokens of width 128, pooled to the sentence encoder's 512. */
export const MINI_VISION: VisionTowerConfig = {
  image_size: 64,
  patch_size: 8,
  conv_stem: [32, 64, 128],
  hidden_size: 128,
  intermediate_size: 384,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  projection_dim: 512,
  hidden_act: "gelu",
  layer_norm_eps: 1e-5,
};

/** Width of the base model's text tokens. */
const TEXT_WIDTH = 128;
/** Length of the base model's captions in tokens. */
export const TEXT_LENGTH = 24;

/** The base model's text encoder; the vocabulary is the captions'. Trained together with the U-Net. */
export function miniText(vocabulary: number, eos: number): TextTowerConfig {
  return {
    vocab_size: vocabulary,
    max_position_embeddings: TEXT_LENGTH,
    hidden_size: TEXT_WIDTH,
    intermediate_size: 256,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    projection_dim: TEXT_WIDTH,
    eos_token_id: eos,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
  };
}

/** Side of the latents. */
const LATENT_SIDE = 16;

/** Numbers in the latents of one picture, [4 16 16]. */
export const LATENT_SIZE = MINI_VAE.latent_channels * LATENT_SIDE ** 2;

/** The denoiser: SD 1.5's blocks, attention from 8×8 on: at 16×16 it costs half a step more and has not paid for it (the base's card). */
export const MINI_UNET: UnetConfig = {
  sample_size: LATENT_SIDE,
  in_channels: 4,
  out_channels: 4,
  down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
  up_block_types: ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
  block_out_channels: [48, 96, 96],
  layers_per_block: 1,
  norm_num_groups: 16,
  cross_attention_dim: TEXT_WIDTH,
  attention_head_dim: 4,
};

/** The sizes that a ControlNet shares with the U-Net whose contracting half it copies. */
export function contractingSizes(unet: UnetConfig) {
  const { in_channels, down_block_types, block_out_channels, layers_per_block } = unet;
  const { norm_num_groups, cross_attention_dim, attention_head_dim } = unet;
  return {
    in_channels,
    down_block_types,
    block_out_channels,
    layers_per_block,
    norm_num_groups,
    cross_attention_dim,
    attention_head_dim,
  };
}

/** A ControlNet for a mini base: its contracting half, shown 64×64 pictures through two halvings. */
export function miniControlnet(unet: UnetConfig): ControlnetConfig {
  return {
    ...contractingSizes(unet),
    conditioning_channels: 3,
    conditioning_embedding_out_channels: [16, 32, 64],
  };
}

/** IPAdapter+ projection: the image tower's penultimate tokens → 16 tokens of the text's width. */
export const MINI_RESAMPLER: ResamplerConfig = {
  class: "Resampler",
  dim: 128,
  depth: 3,
  dim_head: 32,
  heads: 4,
  num_queries: 16,
  embedding_dim: MINI_VISION.hidden_size,
  output_dim: TEXT_WIDTH,
  ff_mult: 2,
};

/** The same with the instruction branch (Fig. 3); the instruction is the sentence encoder's pooled vector, one token. */
export const MINI_INSTRUCT: InstructResamplerConfig = {
  class: "ResamplerInstruct",
  dim: MINI_RESAMPLER.dim,
  depth: MINI_RESAMPLER.depth,
  dim_head: MINI_RESAMPLER.dim_head,
  heads: MINI_RESAMPLER.heads,
  num_queries: MINI_RESAMPLER.num_queries,
  embedding_dim_image_embeds: MINI_RESAMPLER.embedding_dim,
  embedding_dim_instruct_embeds: MINI_VISION.projection_dim,
  output_dim: MINI_RESAMPLER.output_dim,
  ff_mult: MINI_RESAMPLER.ff_mult,
};
