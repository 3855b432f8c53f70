import assert from "node:assert/strict";
import {
  countParameters,
  leaf,
  loadStrict,
  type Params,
  type Tensor,
  tf,
  toHost,
  toTensor,
} from "../engine/mod.ts";
import { compareCase, type GoldenCase, readCase } from "../golden/mod.ts";
import { type VaeConfig, vaeDecode, vaeDivergence, vaeEncode, vaeSample, vaeShapes } from "./vae.ts";

await tf.setBackend("cpu");

function tensors(tree: GoldenCase["weights"]): Params {
  return Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, toTensor(array)]));
}

Deno.test("vaeShapes() has SD 1.5's parameters when given its config", () => {
  const shapes = vaeShapes({
    in_channels: 3,
    out_channels: 3,
    latent_channels: 4,
    block_out_channels: [128, 256, 512, 512],
    layers_per_block: 2,
    norm_num_groups: 32,
    scaling_factor: 0.18215,
  });
  assert.equal(countParameters(shapes), 83_653_863);
});

Deno.test("vaeEncode(), vaeSample() and vaeDecode() agree with diffusers", () => {
  const golden = readCase("vae_tiny");
  const config = golden.config as unknown as VaeConfig;
  const params = tensors(loadStrict(golden.weights, vaeShapes(config), { what: "vae_tiny" }));
  const inputs = tensors(golden.inputs);
  const moments = vaeEncode(params, config, leaf(inputs, "pixels"));
  const actual: Record<string, Tensor> = {
    "outputs.mean": moments.mean,
    "outputs.logvar": moments.logvar,
    "outputs.std": tf.exp(tf.mul(moments.logvar, 0.5)),
    "outputs.scaled_sample": vaeSample(moments, config, leaf(inputs, "noise")),
    "outputs.decoded": vaeDecode(params, config, leaf(inputs, "latents")),
  };
  const hosts = Object.fromEntries(Object.entries(actual).map(([name, tensor]) => [name, toHost(tensor)]));
  assert.deepEqual(compareCase(golden, hosts).filter(({ passed }) => !passed), []);
});

Deno.test("vaeDivergence() is zero when the latents are standard normal, and ½ per unit of squared mean", () => {
  const zeros = tf.zeros([2, 4, 3, 3]);
  assert.deepEqual(vaeDivergence({ mean: zeros, logvar: zeros }).arraySync(), [0, 0]);
  assert.deepEqual(vaeDivergence({ mean: tf.ones([2, 4, 3, 3]), logvar: zeros }).arraySync(), [18, 18]);
});

Deno.test("vaeEncode() throws a RangeError when a side is no multiple of the factor", () => {
  const config = readCase("vae_tiny").config as unknown as VaeConfig;
  assert.throws(
    () => vaeEncode({}, config, tf.zeros([1, 3, 22, 16])),
    /sides divisible by 4, got \[1,3,22,16\]/,
  );
});
