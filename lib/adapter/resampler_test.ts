import assert from "node:assert/strict";
import { countParameters, key, type Params, tf, toHost, toTensor } from "../engine/mod.ts";
import { compareCase, readCase, type Values } from "../golden/mod.ts";
import { initResampler, resampler, type ResamplerConfig, resamplerShapes } from "./resampler.ts";
import { SD15_RESAMPLER } from "./sd15_resampler.ts";

await tf.setBackend("cpu");

Deno.test("resampler() agrees with the reference, tokens and every gradient", () => {
  const golden = readCase("resampler_plus");
  const config = golden.config as unknown as ResamplerConfig;
  const names = Object.keys(golden.weights);
  const weights = names.map((name) => toTensor(golden.weights[name]!));
  const embeds = toTensor(golden.inputs.image_embeds!);
  const gradOutput = toTensor(golden.inputs.grad_output!);
  const run = (image: tf.Tensor, ...leaves: tf.Tensor[]) => {
    const params: Params = Object.fromEntries(names.map((name, i) => [name, leaves[i]!]));
    return resampler(params, image, config);
  };
  const actual: Record<string, Values> = { "outputs.tokens": toHost(run(embeds, ...weights)) };
  const scalar = (image: tf.Tensor, ...leaves: tf.Tensor[]) =>
    tf.sum(tf.mul(run(image, ...leaves), gradOutput)) as tf.Scalar;
  const [imageGradient, ...gradients] = tf.grads(scalar)([embeds, ...weights]);
  actual["grads.inputs.image_embeds"] = toHost(imageGradient!);
  names.forEach((name, i) => actual[`grads.weights.${name}`] = toHost(gradients[i]!));
  assert.deepEqual(compareCase(golden, actual).filter((row) => !row.passed), []);
});

Deno.test("resamplerShapes() has the published checkpoint's names and parameter count at SD 1.5's sizes", () => {
  const shapes = resamplerShapes(SD15_RESAMPLER);
  assert.equal(Object.keys(shapes).length, 51);
  assert.equal(countParameters(shapes), 29_918_208);
  assert.deepEqual(shapes["layers.3.0.to_kv.weight"], [1536, 768]);
  assert.deepEqual(shapes["layers.0.1.3.weight"], [768, 3072]);
});

const config: ResamplerConfig = {
  ...SD15_RESAMPLER,
  dim: 8,
  dim_head: 4,
  heads: 2,
  depth: 1,
  embedding_dim: 6,
  output_dim: 5,
};

Deno.test("initResampler() repeats for a key and differs between keys", () => {
  const once = initResampler(key(1), config),
    again = initResampler(key(1), config),
    other = initResampler(key(2), config);
  assert.deepEqual(once, again);
  assert.notDeepEqual(once.latents, other.latents);
  assert.deepEqual(Object.keys(once), Object.keys(resamplerShapes(config)));
});

Deno.test("resampler() names the encoder's width when another encoder's features arrive", () => {
  const params = Object.fromEntries(
    Object.entries(initResampler(key(1), config)).map(([n, a]) => [n, toTensor(a)]),
  );
  assert.throws(() => resampler(params, tf.zeros([1, 3, 7]), config), /\[batch tokens 6\], got \[1,3,7\]/);
});
