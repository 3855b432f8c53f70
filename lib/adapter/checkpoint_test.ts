import assert from "node:assert/strict";
import { countParameters, type HostParams, key, prefixed, tf, toTensor, UserError } from "../engine/mod.ts";
import { initUnet, SD15_UNET, unet, type UnetConfig } from "../diffusion/mod.ts";
import { TINY_UNET } from "../diffusion/tiny_unet.ts";
import {
  adapterParams,
  adapterShapes,
  type AdapterTarget,
  detectProjection,
  loadAdapter,
  readAdapter,
  writeAdapter,
} from "./checkpoint.ts";
import { imageContext, imageContextShapes, initImageContext } from "./image_context.ts";
import { initInstructResampler, type InstructResamplerConfig, plusConfig } from "./instruct_resampler.ts";
import { initResampler } from "./resampler.ts";

await tf.setBackend("cpu");

const UNET: UnetConfig = {
  ...TINY_UNET,
  block_out_channels: [4, 8],
  norm_num_groups: 2,
  cross_attention_dim: 6,
};
const INSTRUCT: InstructResamplerConfig = {
  class: "ResamplerInstruct",
  dim: 8,
  depth: 1,
  dim_head: 4,
  heads: 2,
  num_queries: 3,
  output_dim: 6,
  ff_mult: 2,
  embedding_dim_image_embeds: 5,
  embedding_dim_instruct_embeds: 7,
};
const TARGET: AdapterTarget = { projection: INSTRUCT, unet: UNET };

const base = initUnet(key(1), UNET);
const adapter = adapterParams({
  projection: initInstructResampler(key(2), INSTRUCT),
  context: initImageContext(UNET, base),
});
const tensors = (params: HostParams) =>
  Object.fromEntries(Object.entries(params).map(([n, a]) => [n, toTensor(a)]));

Deno.test("imageContextShapes() has SD 1.5's 16 layers, numbers, widths and parameter count", () => {
  const shapes = imageContextShapes(SD15_UNET);
  assert.equal(countParameters(shapes), 19_169_280);
  assert.deepEqual(
    Object.keys(shapes).filter((name) => name.includes("to_k")).map((name) => Number(name.split(".")[0])),
    Array.from({ length: 16 }, (_, i) => 2 * i + 1),
  );
  const widths = [1, 5, 9, 13, 19, 25, 31].map((k) => shapes[`${k}.to_v_ip.weight`]![0]);
  assert.deepEqual(widths, [320, 640, 1280, 1280, 640, 320, 1280]);
});

Deno.test("initImageContext() starts from the text's keys and values, so text tokens as image tokens double the text attention", () => {
  const params = tensors(base), weights = tensors(adapter);
  const sample = tf.randomNormal([1, 4, 8, 8], 0, 1, "float32", 1), timestep = tf.tensor1d([500]);
  const text = tf.randomNormal([1, 3, 6], 0, 1, "float32", 2);
  const run = (scale: number) =>
    unet(params, UNET, { sample, timestep, text, imageContexts: [imageContext(weights, text, { scale })] })
      .dataSync();
  const plain = unet(params, UNET, { sample, timestep, text }).dataSync();
  assert.deepEqual(run(0), plain);
  assert.notDeepEqual(run(1), plain);
  const double = { ...params };
  for (const name of Object.keys(params)) {
    if (name.endsWith("attn2.to_v.weight")) double[name] = tf.mul(params[name]!, 2);
  }
  const doubled = unet(double, UNET, { sample, timestep, text }).dataSync();
  run(1).forEach((x, i) => assert.ok(Math.abs(x - doubled[i]!) < 1e-5));
});

Deno.test("writeAdapter() and readAdapter() give back the same adapter, its configuration in the file", () => {
  const bytes = writeAdapter(adapter, TARGET);
  const back = readAdapter(bytes, TARGET);
  assert.deepEqual(back, adapter);
  assert.deepEqual(Object.keys(back), Object.keys(adapterShapes(TARGET)));
  assert.deepEqual(detectProjection(back, { dim_head: 4 }), INSTRUCT);
});

Deno.test("loadAdapter() names the usual mistake", () => {
  const fails = (state: HostParams, target: AdapterTarget, message: RegExp) =>
    assert.throws(() => loadAdapter(state, target, { what: "a.safetensors" }), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, message);
      return true;
    });
  const plus = { projection: plusConfig(INSTRUCT), unet: UNET };
  fails(
    adapter,
    plus,
    /expected IPAdapter\+ \(no instruction\), got a file of IPAdapter-Instruct as in the paper/,
  );
  const plusFile = prefixed(initResampler(key(3), plus.projection), "image_proj");
  fails(plusFile, TARGET, /got a file of IPAdapter\+/);
  fails(plusFile, plus, /without ip_adapter weights/);
  const wide = { ...TARGET, projection: { ...INSTRUCT, embedding_dim_image_embeds: 9 } };
  fails(adapter, wide, /image encoder 9 wide, got one for 5/);
  fails(
    adapter,
    { ...TARGET, projection: { ...INSTRUCT, embedding_dim_instruct_embeds: 9 } },
    /embedded in 9 numbers, got one for 7/,
  );
  fails(
    adapter,
    { ...TARGET, projection: { ...INSTRUCT, num_queries: 4 } },
    /expected 4 image tokens, got 3/,
  );
  fails(
    adapter,
    { ...TARGET, unet: { ...UNET, block_out_channels: [8, 8] } },
    /"ip_adapter.1.to_k_ip.weight" expected \[8,6\], got \[4,6\]/,
  );
  fails({}, TARGET, /an empty file/);
});
