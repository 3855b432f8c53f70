import { projectImage, type ProjectionConfig, projectionShapes } from "../../lib/adapter/mod.ts";
import { leaf, loadStrict, type Tensor, tf } from "../../lib/engine/mod.ts";
import { type CaseRunner, runModel } from "./case_runner.ts";

/** The projection transformers: tokens and gradients of Σ tokens · grad_output. */
export const resamplerCase: CaseRunner = async (golden, engine) => {
  const config = golden.config as unknown as ProjectionConfig;
  const weights = loadStrict(golden.weights, projectionShapes(config), { what: golden.name });
  const tensors = await runModel(golden, {
    weights,
    inputs: golden.inputs,
    forward: (params, inputs) => {
      const { image_embeds, instruct_embeds: instruction, prompt_embeds: prompt } = inputs;
      const texts = { ...(instruction ? { instruction } : {}), ...(prompt ? { prompt } : {}) };
      return { tokens: projectImage(params, config, { image: image_embeds as Tensor, ...texts }) };
    },
    scalar: (outputs, inputs) => tf.sum(tf.mul(leaf(outputs, "tokens"), leaf(inputs, "grad_output"))),
  }, engine);
  return { tensors };
};
