import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { host, leaf, type Shapes, tf, toTensor, UserError } from "../engine/mod.ts";
import {
  loadWeights,
  openWeightFile,
  planLoading,
  PUBLISHED_NAMES,
  type PublishedModel,
  weightsInMemory,
} from "../hub/mod.ts";
import { textTowerShapes, visionTowerShapes } from "../clip/mod.ts";
import { readLora, readLoraFile, type UnetConfig, unetShapes, vaeShapes } from "../diffusion/mod.ts";
import { TINY_UNET } from "../diffusion/tiny_unet.ts";
import { adapterShapes, type AdapterTarget, detectAdapter, loadAdapterFile } from "./checkpoint.ts";
import { imageProjection, type ImageProjectionConfig } from "./image_projection.ts";
import type { ResamplerConfig } from "./resampler.ts";

// The files were written by diffusers, transformers and peft: see testdata/make_layouts.py.
const open = (name: string) =>
  openWeightFile(fileURLToPath(new URL(`testdata/${name}`, import.meta.url)), { what: name });

const UNET: UnetConfig = {
  ...TINY_UNET,
  block_out_channels: [4, 8],
  norm_num_groups: 2,
  cross_attention_dim: 6,
};
const PLUS: ResamplerConfig = {
  class: "Resampler",
  dim: 4,
  depth: 4,
  dim_head: 64,
  heads: 1,
  num_queries: 3,
  embedding_dim: 5,
  output_dim: 6,
  ff_mult: 4,
};
const FIRST: ImageProjectionConfig = {
  class: "ImageProjModel",
  clip_embeddings_dim: 5,
  cross_attention_dim: 6,
  clip_extra_context_tokens: 4,
};
const VAE = {
  in_channels: 3,
  out_channels: 3,
  latent_channels: 2,
  block_out_channels: [4, 4],
  layers_per_block: 1,
  norm_num_groups: 2,
  scaling_factor: 0.18215,
};
const TOWER = {
  hidden_size: 4,
  intermediate_size: 6,
  num_attention_heads: 2,
  projection_dim: 3,
  hidden_act: "quick_gelu",
};
const TEXT = { ...TOWER, num_hidden_layers: 1, vocab_size: 11, max_position_embeddings: 5, eos_token_id: 2 };
const VISION = { ...TOWER, num_hidden_layers: 2, image_size: 4, patch_size: 2 };

async function adapter(name: string, target: AdapterTarget) {
  const file = await open(name);
  try {
    return loadAdapterFile(file, target);
  } finally {
    file.close();
  }
}

async function model(name: string, kind: PublishedModel, shapes: Shapes) {
  const file = await open(name);
  try {
    return loadWeights(file, shapes, { rows: PUBLISHED_NAMES[kind] });
  } finally {
    file.close();
  }
}

Deno.test("loadAdapterFile() reads an IPAdapter+ alike from tencent-ailab's nested .bin, its training checkpoint and diffusers", async () => {
  const target = { projection: PLUS, unet: UNET };
  const published = await adapter("plus.bin", target);
  assert.deepEqual(Object.keys(published), Object.keys(adapterShapes(target)));
  assert.deepEqual(await adapter("plus_training.bin", target), published);
  assert.deepEqual(await adapter("plus_diffusers.safetensors", target), published);
});

Deno.test("loadAdapterFile() takes a tensor that stands under two names for one, and refuses two that differ", async () => {
  const target = { projection: PLUS, unet: UNET };
  const file = await open("plus_training.bin");
  const state = Object.fromEntries(Object.keys(file.tensors).map((name) => [name, file.read(name)]));
  file.close();
  // accelerate saves a module with each module that holds it.
  const shared = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.processor.to_k_ip.weight";
  const twin = state["adapter_modules.7.to_k_ip.weight"]!;
  const load = (other: typeof twin) =>
    loadAdapterFile(weightsInMemory({ ...state, [shared]: other }, { what: "a.bin" }), target);
  assert.deepEqual(load(twin), await adapter("plus.bin", target));
  assert.throws(
    () => load({ ...twin, data: twin.data.map((x, i) => i === 3 ? x + 1 : x) }),
    /expected one tensor for "ip_adapter\.7\.to_k_ip\.weight", got "adapter_modules\.7.* and "unet\.mid.*, which differ/,
  );
});

Deno.test("loadAdapterFile() and imageProjection() give the first IP-Adapter's tokens as diffusers computes them", async () => {
  const target = { projection: FIRST, unet: UNET };
  const published = await adapter("first.bin", target);
  assert.deepEqual(await adapter("first_diffusers.safetensors", target), published);
  await tf.setBackend("cpu");
  const file = await open("first_tokens.safetensors");
  const params = Object.fromEntries(
    Object.entries(published).filter(([name]) => name.startsWith("image_proj."))
      .map(([name, array]) => [name.slice("image_proj.".length), toTensor(array)]),
  );
  const tokens = imageProjection(params, toTensor(file.read("embeds")), FIRST);
  const expected = file.read("tokens");
  assert.deepEqual(tokens.shape, expected.shape);
  tokens.dataSync().forEach((x, i) => assert.ok(Math.abs(x - expected.data[i]!) < 1e-5));
  assert.throws(
    () => imageProjection(params, tf.zeros([1, 4]), FIRST),
    /needs vectors \[batch 5\], got \[1,4\]/,
  );
});

Deno.test("loadWeights() reads an autoencoder alike under today's attention names and SD 1.5's old ones", async () => {
  const shapes = vaeShapes(VAE);
  const today = await model("vae.safetensors", "vae", shapes);
  assert.deepEqual(Object.keys(today), Object.keys(shapes));
  assert.deepEqual(await model("vae_old.safetensors", "vae", shapes), today);
});

Deno.test("loadWeights() reads CLIP's towers out of a whole CLIPModel, without the prefix, and beside position_ids", async () => {
  const text = textTowerShapes(TEXT, { projection: false });
  const whole = await model("clip.safetensors", "text", text);
  assert.deepEqual(await model("clip_text.safetensors", "text", text), whole);
  const projected = await model("clip.safetensors", "text", textTowerShapes(TEXT));
  assert.ok("text_projection.weight" in projected);
  const vision = visionTowerShapes(VISION);
  assert.deepEqual(
    await model("clip_vision.safetensors", "vision", vision),
    await model("clip.safetensors", "vision", vision),
  );
  const file = await open("clip_vision.safetensors");
  assert.deepEqual(planLoading(file, PUBLISHED_NAMES.vision, vision).ignored, {
    "vision_model.embeddings.position_ids": "it holds 0, 1, 2 …",
  });
  file.close();
});

Deno.test("readLora() reads a LoRA alike from peft's own file, kohya's, and the spellings of older diffusers", async () => {
  const weights = Object.keys(unetShapes(UNET));
  const read = async (name: string) => {
    const file = await open(name);
    return Object.fromEntries(Object.keys(file.tensors).map((tensor) => [tensor, file.read(tensor)]));
  };
  const peft = await read("lora_peft.safetensors");
  const expected = readLora(await read("lora_kohya.safetensors"), weights);
  assert.equal(Object.keys(expected).length, 16);
  assert.deepEqual(readLora(peft, weights, { alpha: 3 }), expected);
  const older = Object.fromEntries(
    Object.entries(peft).map(([name, array]) => [
      name.replace("base_model.model.", "unet.").replace(
        /\.(to_q|to_out)(\.0)?\.lora_/,
        ".processor.$1_lora.",
      )
        .replace("_lora.A.", "_lora.down.").replace("_lora.B.", "_lora.up."),
      array,
    ]),
  );
  assert.ok(Object.keys(older).some((name) => name.endsWith(".attn1.processor.to_out_lora.up.weight")));
  assert.deepEqual(readLora(older, weights, { alpha: 3 }), expected);
});

Deno.test("readLoraFile() reads a text encoder's LoRA alike from today's spelling and those of older diffusers", () => {
  const weights = { text_encoder: Object.keys(textTowerShapes(TEXT, { projection: false })) };
  const attention = "text_encoder.text_model.encoder.layers.0.self_attn.";
  const read = (spelling: (module: string, half: "down" | "up") => string) =>
    readLoraFile({
      tensors: Object.fromEntries(
        ["q", "k", "v", "out"].flatMap((module, i) => [
          [attention + spelling(module, "down"), host([i, 1, 2, 3], [1, 4])],
          [attention + spelling(module, "up"), host([4, 5, 6, i], [4, 1])],
        ]),
      ),
    }, weights);
  const today = read((module, half) => `${module}_proj.lora_${half === "down" ? "A" : "B"}.weight`);
  assert.equal(Object.keys(today.text_encoder).length, 4);
  assert.deepEqual(read((module, half) => `to_${module}_lora.${half}.weight`), today);
  assert.deepEqual(read((module, half) => `${module}_proj.lora_linear_layer.${half}.weight`), today);
});

Deno.test("loadAdapterFile() names the mistake when the file is something else, or another kind of adapter", async () => {
  const target = { projection: PLUS, unet: UNET };
  const cases: [string, AdapterTarget, RegExp][] = [
    [
      "first.bin",
      target,
      /expected IPAdapter\+ \(no instruction\), got a file of IP-Adapter \(the first one/,
    ],
    ["plus.bin", { ...target, projection: FIRST }, /got a file of IPAdapter\+ \(no instruction\)/],
    ["lora_kohya.safetensors", target, /expected an adapter, got a LoRA/],
    ["lora_peft.safetensors", target, /expected an adapter, got a LoRA/],
    ["vae.safetensors", target, /expected an adapter, got an autoencoder/],
    ["clip.safetensors", target, /expected an adapter, got a CLIP encoder/],
    ["plus.bin", { ...target, projection: { ...PLUS, embedding_dim: 7 } }, /encoder 7 wide, got one for 5/],
    ["plus.bin", { ...target, projection: { ...PLUS, output_dim: 9 } }, /9 wide .* another base model/],
    [
      "plus.bin",
      { ...target, unet: { ...UNET, block_out_channels: [8, 8] } },
      /"ip_adapter\.1\.to_k_ip\.weight" expected \[8,6\], got \[4,6\]/,
    ],
  ];
  for (const [name, wanted, message] of cases) {
    await assert.rejects(() => adapter(name, wanted), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message, name);
      return true;
    });
  }
});

Deno.test("detectAdapter() refuses heads that do not divide the attention's width", async () => {
  const file = await open("plus.bin");
  assert.throws(() => detectAdapter(file, { unet: UNET, dim_head: 7 }), {
    name: "UserError",
    message: /expected heads 7 wide that divide the attention's width, got 64/,
  });
  file.close();
});

Deno.test("loadWeights() lists ten faults and counts the others when a file is of another model", async () => {
  await assert.rejects(
    () => model("plus.bin", "unet", unetShapes(UNET)),
    (error) => {
      assert.ok(error instanceof UserError);
      const faults = error.message.split("; ");
      assert.equal(faults.length, 11);
      assert.match(error.message, /missing "conv_in\.weight".*; and \d+ more$/);
      return true;
    },
  );
  const file = await open("clip.safetensors");
  const twice = {
    ...file,
    tensors: { ...file.tensors, "embeddings.token_embedding.weight": { kind: "F32" as const, shape: [1] } },
  };
  assert.throws(
    () => loadWeights(twice, leaf({ x: textTowerShapes(TEXT) }, "x"), { rows: PUBLISHED_NAMES.text }),
    /expected one tensor for "text_model\.embeddings\.token_embedding\.weight", got "text_model/,
  );
  file.close();
});
