import { type VaeConfig, vaeDecode, vaeEncode, vaeSample, vaeShapes } from "../../lib/diffusion/mod.ts";
import { leaf, loadStrict, tf } from "../../lib/engine/mod.ts";
import { type CaseRunner, runModel } from "./case_runner.ts";

/** The autoencoder: moments, a scaled sample with given noise, and decoded latents. */
export const vaeCase: CaseRunner = async (golden, engine) => {
  const config = golden.config as unknown as VaeConfig;
  const weights = loadStrict(golden.weights, vaeShapes(config), { what: golden.name });
  const tensors = await runModel(golden, {
    weights,
    inputs: golden.inputs,
    forward: (params, inputs) => {
      const moments = vaeEncode(params, config, leaf(inputs, "pixels"));
      return {
        mean: moments.mean,
        logvar: moments.logvar,
        std: tf.exp(tf.mul(moments.logvar, 0.5)),
        scaled_sample: vaeSample(moments, config, leaf(inputs, "noise")),
        decoded: vaeDecode(params, config, leaf(inputs, "latents")),
      };
    },
  }, engine);
  return { tensors };
};
