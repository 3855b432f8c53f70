import {
  instructResampler,
  type ProjectionConfig,
  projectionShapes,
  resampler,
} from "../../lib/adapter/mod.ts";
import { leaf, loadStrict, type Params, type Tensor, tf } from "../../lib/engine/mod.ts";
import { type CaseRunner, runModel } from "./case_runner.ts";

function tokens(config: ProjectionConfig, weights: Params, inputs: Params): Tensor {
  const imageEmbeds = leaf(inputs, "image_embeds");
  if (config.class === "Resampler") return resampler(weights, imageEmbeds, config);
  const promptEmbeds = inputs.prompt_embeds;
  const embeds = {
    imageEmbeds,
    instructEmbeds: leaf(inputs, "instruct_embeds"),
    ...(promptEmbeds ? { promptEmbeds } : {}),
  };
  return instructResampler(weights, embeds, config);
}

/** The projection transformers: tokens and gradients of Σ tokens · grad_output. */
export const resamplerCase: CaseRunner = async (golden, engine) => {
  const config = golden.config as unknown as ProjectionConfig;
  const weights = loadStrict(golden.weights, projectionShapes(config), { what: golden.name });
  const tensors = await runModel(golden, {
    weights,
    inputs: golden.inputs,
    forward: (params, inputs) => ({ tokens: tokens(config, params, inputs) }),
    scalar: (outputs, inputs) => tf.sum(tf.mul(leaf(outputs, "tokens"), leaf(inputs, "grad_output"))),
  }, engine);
  return { tensors };
};
