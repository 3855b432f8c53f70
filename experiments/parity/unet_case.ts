import { imageContextShapes } from "../../lib/adapter/mod.ts";
import { unet, type UnetConfig, unetShapes } from "../../lib/diffusion/mod.ts";
import { combine, leaf, loadStrict, type Params, prefixed, scope, tf } from "../../lib/engine/mod.ts";
import type { Values } from "../../lib/golden/mod.ts";
import { type CaseRunner, pick, runModel } from "./case_runner.ts";

const CONDITIONS = ["timestep", "encoder_hidden_states"];

/** The U-Net alone: every `sample…` input gives the output of that name; gradients of Σ sample · grad_output. */
export const unetCase: CaseRunner = async (golden, engine) => {
  const config = golden.config as unknown as UnetConfig;
  const weights = loadStrict(golden.weights, unetShapes(config), { what: golden.name });
  const tensors: Record<string, Values> = {};
  for (const name of Object.keys(golden.inputs).filter((input) => input.startsWith("sample"))) {
    const differentiated = name === "sample" && "grad_output" in golden.inputs;
    Object.assign(
      tensors,
      await runModel(golden, {
        weights,
        inputs: pick(golden, [name, ...CONDITIONS, ...(differentiated ? ["grad_output"] : [])]),
        forward: (params, inputs) => ({
          [name]: unet(params, config, {
            sample: leaf(inputs, name),
            timestep: leaf(inputs, "timestep"),
            text: leaf(inputs, "encoder_hidden_states"),
          }),
        }),
        ...(differentiated
          ? {
            scalar: (outputs: Params, inputs: Params) =>
              tf.sum(tf.mul(leaf(outputs, name), leaf(inputs, "grad_output"))),
          }
          : {}),
      }, engine),
    );
  }
  return { tensors };
};

/** The U-Net with image contexts: predictions and losses at several scales, gradients of the loss at one of them. */
export const unetAdapterCase: CaseRunner = async (golden, engine) => {
  const { unet: config, ip_adapter: adapter } = golden.config as unknown as {
    unet: UnetConfig;
    ip_adapter: { scales: number[]; grad_scale: number };
  };
  const width = golden.inputs.image_tokens?.shape[2] ?? config.cross_attention_dim;
  const shapes = combine(
    prefixed(unetShapes(config), "unet"),
    prefixed(imageContextShapes(config, { width }), "ip_adapter"),
  );
  const weights = loadStrict(golden.weights, shapes, { what: golden.name });
  const tensors: Record<string, Values> = {};
  for (const scale of adapter.scales) {
    const differentiated = scale === adapter.grad_scale;
    const computed = await runModel(golden, {
      weights,
      inputs: pick(golden, ["sample", "target_noise", "image_tokens", ...CONDITIONS]),
      forward: (params, inputs) => {
        const sample = unet(scope(params, "unet"), config, {
          sample: leaf(inputs, "sample"),
          timestep: leaf(inputs, "timestep"),
          text: leaf(inputs, "encoder_hidden_states"),
          imageContexts: [{
            tokens: leaf(inputs, "image_tokens"),
            scale,
            weights: scope(params, "ip_adapter"),
          }],
        });
        const loss = tf.mean(tf.square(tf.sub(sample, leaf(inputs, "target_noise"))));
        return { [`sample.scale_${scale}`]: sample, [`loss.scale_${scale}`]: tf.reshape(loss, [1]) };
      },
      ...(differentiated
        ? { scalar: (outputs: Params) => tf.sum(leaf(outputs, `loss.scale_${scale}`)) }
        : {}),
    }, engine);
    Object.assign(tensors, computed);
  }
  return { tensors };
};
