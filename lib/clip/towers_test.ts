import assert from "node:assert/strict";
import { countParameters, key, leaf, loadStrict, type Tensor, tf, toTensor } from "../engine/mod.ts";
import { evaluate } from "../golden/evaluate.ts";
import { compareCase, readCase } from "../golden/mod.ts";
import { textTower, type TextTowerConfig, textTowerShapes } from "./text_tower.ts";
import { initVisionTower, visionTower, type VisionTowerConfig, visionTowerShapes } from "./vision_tower.ts";

const VIT_H = {
  hidden_size: 1280,
  intermediate_size: 5120,
  projection_dim: 1024,
  num_hidden_layers: 32,
  num_attention_heads: 16,
};
const VIT_L_TEXT = {
  hidden_size: 768,
  intermediate_size: 3072,
  projection_dim: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
};
const VIT_H_TEXT = {
  hidden_size: 1024,
  intermediate_size: 4096,
  projection_dim: 1024,
  num_hidden_layers: 24,
  num_attention_heads: 16,
};
const VOCABULARY = { vocab_size: 49408, max_position_embeddings: 77 };

function numbered(states: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(states.map((state, i) => [`outputs.hidden_states.${i}`, state]));
}

Deno.test("textTowerShapes() and visionTowerShapes() have CLIP's parameters when given its configs", () => {
  const large: TextTowerConfig = { ...VIT_L_TEXT, ...VOCABULARY, eos_token_id: 2, hidden_act: "quick_gelu" };
  assert.equal(countParameters(textTowerShapes(large, { projection: false })), 123_060_480);
  const huge: TextTowerConfig = { ...VIT_H_TEXT, ...VOCABULARY, eos_token_id: 2, hidden_act: "gelu" };
  assert.equal(countParameters(textTowerShapes(huge)), 354_032_640);
  const vision: VisionTowerConfig = { ...VIT_H, image_size: 224, patch_size: 14, hidden_act: "gelu" };
  assert.equal(countParameters(visionTowerShapes(vision)), 632_076_800);
});

for (const engine of ["cpu", "compiled"] as const) {
  for (const name of ["clip_text_tiny_gelu", "clip_text_tiny_quickgelu"]) {
    Deno.test(`textTower() agrees with transformers on ${name} (${engine})`, async () => {
      const golden = readCase(name);
      const config = golden.config as unknown as TextTowerConfig;
      const params = loadStrict(golden.weights, textTowerShapes(config), { what: name });
      const actual = await evaluate(
        (params, inputs) => {
          const features = textTower(params, config, leaf(inputs, "input_ids"));
          return {
            "outputs.last_hidden_state": features.lastHiddenState,
            "outputs.text_embeds": features.embeds as Tensor,
            "outputs.pooler_output": features.pooled,
            ...numbered(features.hiddenStates),
          };
        },
        { params, inputs: golden.inputs },
        { engine },
      );
      assert.deepEqual(compareCase(golden, actual).filter(({ passed }) => !passed), []);
    });
  }

  for (const name of ["clip_vision_tiny_gelu", "clip_vision_tiny_quickgelu"]) {
    Deno.test(`visionTower() agrees with transformers on ${name} (${engine})`, async () => {
      const golden = readCase(name);
      const config = golden.config as unknown as VisionTowerConfig;
      const params = loadStrict(golden.weights, visionTowerShapes(config), { what: name });
      const actual = await evaluate(
        (params, inputs) => {
          const pixels = leaf(inputs, "pixel_values");
          const features = visionTower(params, config, pixels);
          const black = visionTower(params, config, tf.zeros([1, ...pixels.shape.slice(1)]));
          return {
            "outputs.last_hidden_state": features.lastHiddenState,
            "outputs.image_embeds": features.embeds,
            "outputs.pooler_output": features.pooled,
            "outputs.penultimate": features.penultimate,
            "outputs.zero_image.penultimate": black.penultimate,
            "outputs.zero_image.image_embeds": black.embeds,
            ...numbered(features.hiddenStates),
          };
        },
        { params, inputs: golden.inputs },
        { engine },
      );
      assert.deepEqual(compareCase(golden, actual).filter(({ passed }) => !passed), []);
    });
  }
}

Deno.test("visionTower() keeps its token count when a convolutional stem takes part of the patch", async () => {
  await tf.setBackend("cpu");
  const config: VisionTowerConfig = {
    ...{
      hidden_size: 16,
      intermediate_size: 32,
      projection_dim: 12,
      num_hidden_layers: 2,
      num_attention_heads: 2,
    },
    ...{ image_size: 32, patch_size: 8, hidden_act: "gelu", conv_stem: [8, 16] },
  };
  const fresh = Object.entries(initVisionTower(key(1), config)).map((
    [name, array],
  ) => [name, toTensor(array)]);
  const features = visionTower(Object.fromEntries(fresh), config, tf.ones([2, 3, 32, 32]));
  assert.deepEqual(features.penultimate.shape, [2, 17, 16]);
  assert.deepEqual(features.embeds.shape, [2, 12]);
  assert.throws(() => visionTowerShapes({ ...config, patch_size: 14 }), /patch_size divisible by 4, got 14/);
});

Deno.test("textTower() throws a RangeError when there are more tokens than positions", async () => {
  await tf.setBackend("cpu");
  const config = readCase("clip_text_tiny_gelu").config as unknown as TextTowerConfig;
  assert.throws(() => textTower({}, config, tf.zeros([1, 17], "int32")), /ids \[batch ≤16\], got \[1,17\]/);
});
