import { applyLora, readLora, unet, type UnetConfig, unetShapes } from "../../lib/diffusion/mod.ts";
import { type HostParams, leaf, loadStrict, scope } from "../../lib/engine/mod.ts";
import { compare, type Comparison, type Values } from "../../lib/golden/mod.ts";
import { type CaseRunner, runModel } from "./case_runner.ts";

interface Config {
  readonly unet: UnetConfig;
  readonly lora: { readonly lora_alpha: number };
  readonly scales: readonly number[];
}

/** Largest relative difference between the two file formats' merged weights. */
const FORMAT_BAR = 1e-6;

function sameWeights(a: HostParams, b: HostParams): Comparison[] {
  return Object.keys(a).map((name) => compare(`formats.${name}`, leaf(b, name), leaf(a, name), FORMAT_BAR));
}

/** The U-Net with a LoRA merged at several scales; kohya's file gives the predictions, peft's the same weights. */
export const loraCase: CaseRunner = async (golden, engine) => {
  const config = golden.config as unknown as Config;
  const weights = loadStrict(scope(golden.weights, "unet"), unetShapes(config.unet), { what: golden.name });
  const names = Object.keys(weights);
  const kohya = readLora(scope(golden.weights, "lora_kohya"), names);
  const peft = readLora(scope(golden.weights, "lora_peft"), names, { alpha: config.lora.lora_alpha });
  const tensors: Record<string, Values> = {};
  for (const scale of config.scales) {
    const computed = await runModel(golden, {
      weights: applyLora(weights, kohya, { scale }),
      inputs: golden.inputs,
      forward: (params, inputs) => ({
        [`sample.scale_${scale}`]: unet(params, config.unet, {
          sample: leaf(inputs, "sample"),
          timestep: leaf(inputs, "timestep"),
          text: leaf(inputs, "encoder_hidden_states"),
        }),
      }),
    }, engine);
    Object.assign(tensors, computed);
  }
  const checks = sameWeights(applyLora(weights, kohya, { scale: 1 }), applyLora(weights, peft, { scale: 1 }));
  return { tensors, checks };
};
