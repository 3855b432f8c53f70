import assert from "node:assert/strict";
import { host } from "../engine/mod.ts";
import { loadWeights, weightsInMemory } from "./load_weights.ts";
import { PUBLISHED_NAMES, renamed } from "./published_names.ts";

Deno.test("renamed() brings each layout's names to the reference's", () => {
  const cases: [keyof typeof PUBLISHED_NAMES, string, string | null, number?][] = [
    ["vae", "encoder.mid_block.attentions.0.proj_attn.bias", "encoder.mid_block.attentions.0.to_out.0.bias"],
    ["vae", "encoder.mid_block.attentions.0.to_q.bias", "encoder.mid_block.attentions.0.to_q.bias"],
    ["text", "final_layer_norm.bias", "text_model.final_layer_norm.bias"],
    ["text", "embeddings.position_ids", null],
    ["text", "logit_scale", null],
    ["vision", "pre_layrnorm.bias", "vision_model.pre_layrnorm.bias"],
    // diffusers before 0.28: a list of norm, norm, attention, feed-forward.
    [
      "adapter",
      "encoder_hid_proj.image_projection_layers.0.layers.2.0.weight",
      "image_proj.layers.2.0.norm1.weight",
    ],
    ["adapter", "image_proj.layers.2.1.bias", "image_proj.layers.2.0.norm2.bias"],
    ["adapter", "image_proj.layers.2.2.to_q.weight", "image_proj.layers.2.0.to_q.weight"],
    ["adapter", "image_proj.layers.2.2.to_k.weight", "image_proj.layers.2.0.to_kv.weight", 0],
    ["adapter", "image_proj.layers.2.2.to_v.weight", "image_proj.layers.2.0.to_kv.weight", 1],
    ["adapter", "image_proj.layers.2.2.to_out.0.weight", "image_proj.layers.2.0.to_out.weight"],
    ["adapter", "image_proj.layers.2.3.0.bias", "image_proj.layers.2.1.0.bias"],
    ["adapter", "image_proj.layers.2.3.1.net.0.proj.weight", "image_proj.layers.2.1.1.weight"],
    ["adapter", "image_proj.layers.2.3.1.net.2.weight", "image_proj.layers.2.1.3.weight"],
    ["adapter", "unet.mid_block.resnets.0.conv1.weight", null],
    ["adapter", "adapter_modules.31.to_k_ip.weight", "ip_adapter.31.to_k_ip.weight"],
    ["lora", "base_model.model.a.lora_A.default.weight", "a.lora_A.weight"],
    ["lora", "unet.a.attn1.processor.to_out_lora.down.weight", "unet.a.attn1.to_out.0.lora_down.weight"],
    ["lora", "text_encoder.a.q_proj.lora_linear_layer.up.weight", "text_encoder.a.q_proj.lora_up.weight"],
  ];
  for (const [kind, from, to, part] of cases) {
    const found = renamed(from, PUBLISHED_NAMES[kind]);
    assert.equal(found.name, to, from);
    assert.equal(found.part, part, from);
    if (to === null) assert.ok(found.reason);
  }
  // The reference's own names of an adapter stay.
  for (
    const name of [
      "image_proj.layers.0.1.0.bias",
      "image_proj.layers.0.0.to_out.weight",
      "ip_adapter.1.to_k_ip.weight",
    ]
  ) {
    assert.equal(renamed(name, PUBLISHED_NAMES.adapter).name, name);
  }
});

Deno.test("loadWeights() takes a linear layer stored as a 1×1 convolution and stacks keys before values", () => {
  const shapes = { "mid.attentions.0.to_q.weight": [2, 2], "mid.attentions.0.to_q.bias": [2] };
  const old = weightsInMemory({
    "mid.attentions.0.query.weight": host([1, 2, 3, 4], [2, 2, 1, 1]),
    "mid.attentions.0.query.bias": host([5, 6], [2]),
  }, { what: "vae" });
  const loaded = loadWeights(old, shapes, { rows: PUBLISHED_NAMES.vae });
  assert.deepEqual(loaded["mid.attentions.0.to_q.weight"], host([1, 2, 3, 4], [2, 2]));
  const split = weightsInMemory({
    "image_proj.layers.0.attn.to_v.weight": host([3, 4], [1, 2]),
    "image_proj.layers.0.attn.to_k.weight": host([1, 2], [1, 2]),
  }, { what: "adapter" });
  assert.deepEqual(
    loadWeights(split, { "image_proj.layers.0.0.to_kv.weight": [2, 2] }, { rows: PUBLISHED_NAMES.adapter }),
    { "image_proj.layers.0.0.to_kv.weight": host([1, 2, 3, 4], [2, 2]) },
  );
});
