import {
  textTower,
  type TextTowerConfig,
  textTowerShapes,
  visionTower,
  type VisionTowerConfig,
  visionTowerShapes,
} from "../../lib/clip/mod.ts";
import { leaf, loadStrict, type Params, prefixed, type Tensor, tf } from "../../lib/engine/mod.ts";
import { type CaseRunner, runModel } from "./case_runner.ts";

function numbered(states: readonly Tensor[]): Params {
  return prefixed(Object.fromEntries(states.map((state, i) => [i, state])), "hidden_states");
}

/** CLIP's text tower with projection. */
export const textCase: CaseRunner = async (golden, engine) => {
  const config = golden.config as unknown as TextTowerConfig;
  const weights = loadStrict(golden.weights, textTowerShapes(config), { what: golden.name });
  const tensors = await runModel(golden, {
    weights,
    inputs: golden.inputs,
    forward: (params, inputs) => {
      const features = textTower(params, config, leaf(inputs, "input_ids"));
      return {
        last_hidden_state: features.lastHiddenState,
        pooler_output: features.pooled,
        ...(features.embeds ? { text_embeds: features.embeds } : {}),
        ...numbered(features.hiddenStates),
      };
    },
  }, engine);
  return { tensors };
};

/** CLIP's vision tower with projection, for the given images and for an all-zeros one (the unconditional input). */
export const visionCase: CaseRunner = async (golden, engine) => {
  const config = golden.config as unknown as VisionTowerConfig;
  const weights = loadStrict(golden.weights, visionTowerShapes(config), { what: golden.name });
  const tensors = await runModel(golden, {
    weights,
    inputs: golden.inputs,
    forward: (params, inputs) => {
      const pixels = leaf(inputs, "pixel_values");
      const features = visionTower(params, config, pixels);
      const zero = visionTower(params, config, tf.zeros([1, ...pixels.shape.slice(1)]));
      return {
        last_hidden_state: features.lastHiddenState,
        pooler_output: features.pooled,
        image_embeds: features.embeds,
        penultimate: features.penultimate,
        "zero_image.penultimate": zero.penultimate,
        "zero_image.image_embeds": zero.embeds,
        ...numbered(features.hiddenStates),
      };
    },
  }, engine);
  return { tensors };
};
