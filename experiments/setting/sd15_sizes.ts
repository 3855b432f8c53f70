/** Sizes of the paper's models: Stable Diffusion 1.5, the CLIP encoders, and the adapters on top. Compare `experiments/mini/models.ts`. */
import type {
  ImageProjectionConfig,
  InstructResamplerConfig,
  ReleasedInstructResamplerConfig,
} from "../../lib/adapter/mod.ts";
import type { TextTowerConfig, VisionTowerConfig } from "../../lib/clip/mod.ts";
import { type ControlnetConfig, SD15_UNET, type VaeConfig } from "../../lib/diffusion/mod.ts";

export { SD15_RESAMPLER } from "../../lib/adapter/mod.ts";
export { SD15_UNET };

/** IPAdapter+ with the instruction (Fig. 3), ViT-H/14's text vectors of width 1024: 49,598,208 parameters. */
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

/** IPAdapter-Instruct as released for SD 1.5, with SD's own text states of width 768: 68,884,992 parameters. */
export const SD15_INSTRUCT_RELEASED: ReleasedInstructResamplerConfig = {
  ...SD15_INSTRUCT,
  class: "ResamplerInstructBigger",
  embedding_dim_instruct_embeds: 768,
  ff_mult_secondary: 2,
};

/** The first IP-Adapter's projection of ViT-H/14's pooled vector: 3,150,336 parameters. */
export const SD15_IMAGE_PROJECTION: ImageProjectionConfig = {
  class: "ImageProjModel",
  clip_embeddings_dim: 1024,
  cross_attention_dim: 768,
  clip_extra_context_tokens: 4,
};

/** Stable Diffusion 1.5's autoencoder: 83,653,863 parameters. */
export const SD15_VAE: VaeConfig = {
  in_channels: 3,
  out_channels: 3,
  latent_channels: 4,
  block_out_channels: [128, 256, 512, 512],
  layers_per_block: 2,
  norm_num_groups: 32,
  scaling_factor: 0.18215,
};

/** A ControlNet for Stable Diffusion 1.5: 361,279,120 parameters. */
export const SD15_CONTROLNET: ControlnetConfig = {
  in_channels: 4,
  down_block_types: SD15_UNET.down_block_types,
  block_out_channels: SD15_UNET.block_out_channels,
  layers_per_block: 2,
  norm_num_groups: 32,
  cross_attention_dim: 768,
  attention_head_dim: 8,
  conditioning_embedding_out_channels: [16, 32, 96, 256],
};

/** SD 1.5's text encoder, CLIP ViT-L/14's without its projection: 123,060,480 parameters. */
export const VIT_L_TEXT: TextTowerConfig = {
  hidden_size: 768,
  intermediate_size: 3072,
  projection_dim: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  hidden_act: "quick_gelu",
  vocab_size: 49408,
  max_position_embeddings: 77,
  eos_token_id: 2,
};

/** ViT-H/14's text tower with projection, the instruction's encoder in the paper: 354,032,640 parameters. */
export const VIT_H_TEXT: TextTowerConfig = {
  ...VIT_L_TEXT,
  hidden_size: 1024,
  intermediate_size: 4096,
  projection_dim: 1024,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  hidden_act: "gelu",
};

/** ViT-H/14's image tower with projection, the condition's encoder: 632,076,800 parameters. */
export const VIT_H_VISION: VisionTowerConfig = {
  hidden_size: 1280,
  intermediate_size: 5120,
  projection_dim: 1024,
  num_hidden_layers: 32,
  num_attention_heads: 16,
  hidden_act: "gelu",
  image_size: 224,
  patch_size: 14,
};
