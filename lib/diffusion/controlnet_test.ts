import assert from "node:assert/strict";
import { countParameters, key, leaf, loadStrict, type Params, scope, tf, toTensor } from "../engine/mod.ts";
import { evaluate } from "../golden/evaluate.ts";
import { compareCase, readCase } from "../golden/mod.ts";
import { controlnet, type ControlnetConfig, controlnetShapes, initControlnet } from "./controlnet.ts";
import { SD15_UNET } from "./sd15_unet.ts";
import { initUnet, unet } from "./unet.ts";
import type { UnetConfig } from "./unet_config.ts";

Deno.test("controlnetShapes() has the parameters of SD 1.5's ControlNets when given their config", () => {
  const shapes = controlnetShapes({
    ...SD15_UNET,
    conditioning_embedding_out_channels: [16, 32, 96, 256],
  });
  assert.equal(countParameters(shapes), 361_279_120);
});

Deno.test("controlnet() and unet() with its residuals agree with diffusers", async () => {
  const golden = readCase("controlnet_tiny");
  const configs = golden.config as { unet: UnetConfig; controlnet: ControlnetConfig };
  loadStrict(scope(golden.weights, "controlnet"), controlnetShapes(configs.controlnet), {
    what: "the ControlNet",
  });
  const actual = await evaluate((params, inputs) => {
    const shared = {
      sample: leaf(inputs, "sample"),
      timestep: leaf(inputs, "timestep"),
      text: leaf(inputs, "encoder_hidden_states"),
    };
    const base = scope(params, "unet");
    const results: Params = { "outputs.sample.without": unet(base, configs.unet, shared) };
    for (const scale of [0.5, 1]) {
      const conditioning = leaf(inputs, "controlnet_cond");
      const residuals = controlnet(scope(params, "controlnet"), configs.controlnet, {
        ...shared,
        conditioning,
        scale,
      });
      residuals.down.forEach((x, i) => results[`outputs.down_block_res_samples.${i}.scale_${scale}`] = x);
      results[`outputs.mid_block_res_sample.scale_${scale}`] = residuals.mid;
      results[`outputs.sample.scale_${scale}`] = unet(base, configs.unet, { ...shared, residuals });
    }
    return results;
  }, { params: golden.weights, inputs: golden.inputs });
  assert.deepEqual(compareCase(golden, actual).filter(({ passed }) => !passed), []);
});

Deno.test("initControlnet() copies the U-Net and leaves it unchanged until trained", async () => {
  await tf.setBackend("cpu");
  const common = {
    in_channels: 4,
    down_block_types: ["CrossAttnDownBlock2D", "DownBlock2D"],
    block_out_channels: [4, 8],
    layers_per_block: 1,
    norm_num_groups: 2,
    cross_attention_dim: 6,
    attention_head_dim: 2,
  };
  const config: ControlnetConfig = { ...common, conditioning_embedding_out_channels: [4, 4, 8] };
  const base: UnetConfig = {
    ...common,
    out_channels: 4,
    up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D"],
  };
  const weights = initUnet(key(1), base), copy = initControlnet(key(2), config, weights);
  assert.deepEqual(copy["mid_block.resnets.0.conv1.weight"], weights["mid_block.resnets.0.conv1.weight"]);
  const params = Object.fromEntries(Object.entries(copy).map(([name, array]) => [name, toTensor(array)]));
  const inputs = { sample: tf.ones([1, 4, 4, 4]), timestep: tf.tensor1d([3]), text: tf.ones([1, 2, 6]) };
  const { down, mid } = controlnet(params, config, { ...inputs, conditioning: tf.ones([1, 3, 16, 16]) });
  assert.equal(down.length, 4);
  assert.ok([...down, mid].every((x) => x.dataSync().every((value) => value === 0)));
  const whole = Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, toTensor(array)]));
  assert.deepEqual(
    unet(whole, base, { ...inputs, residuals: { down, mid } }).dataSync(),
    unet(whole, base, inputs).dataSync(),
  );
  assert.throws(
    () => controlnet(params, config, { ...inputs, conditioning: tf.ones([1, 3, 8, 8]) }),
    /conditioning \[1 3 16 16\], got \[1,3,8,8\]/,
  );
});
