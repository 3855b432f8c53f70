import {
  controlnet,
  type ControlnetConfig,
  controlnetShapes,
  unet,
  type UnetConfig,
  unetShapes,
} from "../../lib/diffusion/mod.ts";
import { combine, leaf, loadStrict, type Params, prefixed, scope } from "../../lib/engine/mod.ts";
import { type CaseRunner, runModel } from "./case_runner.ts";

interface Config {
  readonly unet: UnetConfig;
  readonly controlnet: ControlnetConfig;
  readonly conditioning_scales: readonly number[];
}

/** A ControlNet's residuals and the U-Net's prediction with them, at every scale and without. */
export const controlnetCase: CaseRunner = async (golden, engine) => {
  const config = golden.config as unknown as Config;
  const shapes = combine(
    prefixed(unetShapes(config.unet), "unet"),
    prefixed(controlnetShapes(config.controlnet), "controlnet"),
  );
  const tensors = await runModel(golden, {
    weights: loadStrict(golden.weights, shapes, { what: golden.name }),
    inputs: golden.inputs,
    forward: (params, inputs) => {
      const base = scope(params, "unet");
      const shared = {
        sample: leaf(inputs, "sample"),
        timestep: leaf(inputs, "timestep"),
        text: leaf(inputs, "encoder_hidden_states"),
      };
      const outputs: Params = { "sample.without": unet(base, config.unet, shared) };
      for (const scale of config.conditioning_scales) {
        const conditioning = leaf(inputs, "controlnet_cond");
        const residuals = controlnet(scope(params, "controlnet"), config.controlnet, {
          ...shared,
          conditioning,
          scale,
        });
        residuals.down.forEach((x, i) => outputs[`down_block_res_samples.${i}.scale_${scale}`] = x);
        outputs[`mid_block_res_sample.scale_${scale}`] = residuals.mid;
        outputs[`sample.scale_${scale}`] = unet(base, config.unet, { ...shared, residuals });
      }
      return outputs;
    },
  }, engine);
  return { tensors };
};
