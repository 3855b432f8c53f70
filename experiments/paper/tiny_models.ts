/**
 * Tiny models of Stable Diffusion's kind with random weights, as a folder in diffusers' layout: the same names, topology and files as the published ones, so that
 * loading and sampling can be tried without them. Their pictures are noise.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  adapterParams,
  initImageContext,
  initInstructResampler,
  initResampler,
} from "../../lib/adapter/mod.ts";
import { initTextTower, initVisionTower } from "../../lib/clip/mod.ts";
import { initControlnet, initUnet, initVae } from "../../lib/diffusion/mod.ts";
import { TINY_UNET } from "../../lib/diffusion/tiny_unet.ts";
import { fold, host, type HostParams, key, normal, writeSafetensors } from "../../lib/engine/mod.ts";

/** An autoencoder that halves a picture once. */
export const TINY_VAE = {
  in_channels: 3,
  out_channels: 3,
  latent_channels: 4,
  block_out_channels: [4, 8],
  layers_per_block: 1,
  norm_num_groups: 2,
  scaling_factor: 0.18215,
};
const TOWER = { intermediate_size: 16, num_attention_heads: 2, projection_dim: 6, hidden_act: "gelu" };
const TEXT = {
  ...TOWER,
  hidden_size: 12,
  num_hidden_layers: 1,
  vocab_size: 559,
  max_position_embeddings: 16,
  eos_token_id: 2,
};
/** The image encoder. */
export const VISION = { ...TOWER, hidden_size: 10, num_hidden_layers: 2, image_size: 16, patch_size: 8 };
const SIZES = { dim: 8, depth: 1, dim_head: 64, heads: 1, num_queries: 3, output_dim: 12, ff_mult: 2 };
/** The adapter. */
export const INSTRUCT = {
  class: "ResamplerInstructBigger" as const,
  ...SIZES,
  embedding_dim_image_embeds: 10,
  embedding_dim_instruct_embeds: 12,
  ff_mult_secondary: 2,
};
/** The adapter of the paper's own design. */
export const PAPER_INSTRUCT = {
  class: "ResamplerInstruct" as const,
  ...SIZES,
  embedding_dim_image_embeds: 10,
  embedding_dim_instruct_embeds: TOWER.projection_dim,
};
const CONTROLNET = {
  in_channels: 4,
  down_block_types: TINY_UNET.down_block_types,
  block_out_channels: TINY_UNET.block_out_channels,
  layers_per_block: 1,
  norm_num_groups: 4,
  cross_attention_dim: 12,
  attention_head_dim: 2,
  conditioning_embedding_out_channels: [4, 8],
};
/** Weights with a little noise, so that what starts at zero has an effect. */
function shaken(seed: number, params: HostParams): HostParams {
  return Object.fromEntries(
    Object.entries(params).map(([name, { data, shape }]) => {
      const noise = normal(fold(key(seed), name), data.length, { std: 0.2 });
      return [name, host(Float32Array.from(data, (value, i) => value + noise[i]!), shape)];
    }),
  );
}
/** The U-Net's weights. */
export const tinyUnet = (): HostParams => initUnet(key(1), TINY_UNET);
/** The adapter's weights. */
export const tinyInstruct = (): HostParams =>
  adapterParams({
    projection: shaken(5, initInstructResampler(key(5), INSTRUCT)),
    context: initImageContext(TINY_UNET, tinyUnet()),
  });

/** A LoRA of both models: how their names begin, what stands between a name's parts, and how the halves' names end. */
function tinyLora(
  [unet, text, between, down, up]: readonly [string, string, string, string, string],
): HostParams {
  const halves = (start: string, path: readonly string[], width: number) => ({
    [start + path.join(between) + down]: host(normal(key(`down ${width}`), 2 * width), [2, width]),
    [start + path.join(between) + up]: host(normal(key(`up ${width}`), 2 * width), [width, 2]),
  });
  const attention = ["down_blocks", "0", "attentions", "0", "transformer_blocks", "0", "attn1", "to_q"];
  return {
    ...halves(unet, attention, 8),
    ...halves(text, ["text_model", "encoder", "layers", "0", "self_attn", "q_proj"], 12),
  };
}

/** Writes the folder: U-Net, autoencoder, encoders, tokenizer, a ControlNet, a LoRA in kohya's names and in peft's, and an adapter of each kind. Pictures are 16 to 64 pixels wide. */
export function writeTinyModels(folder: string): void {
  const write = (path: string, params: HostParams, config?: object) => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), writeSafetensors(params));
    if (config) writeFileSync(join(folder, dirname(path), "config.json"), JSON.stringify(config));
  };
  const base = tinyUnet(), context = initImageContext(TINY_UNET, base);
  write("unet/diffusion_pytorch_model.safetensors", base, { ...TINY_UNET, sample_size: 8 });
  write("vae/diffusion_pytorch_model.safetensors", initVae(key(2), TINY_VAE), TINY_VAE);
  write("text_encoder/model.safetensors", initTextTower(key(3), TEXT, { projection: false }), TEXT);
  write("image_encoder/model.safetensors", initVisionTower(key(4), VISION), VISION);
  write("ip-adapter-instruct-sd15.safetensors", tinyInstruct());
  const plus = initResampler(key(6), { class: "Resampler", ...SIZES, embedding_dim: 10 });
  write("ip-adapter-plus_sd15.safetensors", adapterParams({ projection: plus, context }));
  const own = shaken(7, initInstructResampler(key(7), PAPER_INSTRUCT));
  write("own-instruct.safetensors", adapterParams({ projection: own, context }));
  write("instruction_encoder/model.safetensors", initTextTower(key(8), TEXT), TEXT);
  const controlnet = shaken(9, initControlnet(key(9), CONTROLNET, base));
  write("controlnet_scribble/diffusion_pytorch_model.safetensors", controlnet, CONTROLNET);
  write(
    "lora.safetensors",
    tinyLora(["lora_unet_", "lora_te_", "_", ".lora_down.weight", ".lora_up.weight"]),
  );
  write(
    "lora-peft.safetensors",
    tinyLora(["unet.", "text_encoder.", ".", ".lora_A.weight", ".lora_B.weight"]),
  );
  mkdirSync(join(folder, "tokenizer"), { recursive: true });
  for (const name of ["vocab.json", "merges.txt"]) {
    copyFileSync(
      new URL(`../../lib/clip/testdata/${name}`, import.meta.url),
      join(folder, "tokenizer", name),
    );
  }
}
