import assert from "node:assert/strict";
import {
  compile,
  countParameters,
  fold,
  host,
  type HostParams,
  key,
  normal,
  type Params,
  tf,
  toHost,
  toTensor,
} from "../engine/mod.ts";
import { compareCase, readCase, type Values } from "../golden/mod.ts";
import {
  type AnyInstructConfig,
  initInstructResampler,
  instructFromPlus,
  instructResampler,
  type InstructResamplerConfig,
  instructResamplerShapes,
  plusConfig,
} from "./instruct_resampler.ts";
import { initResampler, resampler } from "./resampler.ts";
import { TINY_INSTRUCT, TINY_RELEASED } from "./tiny_instruct.ts";

await tf.setBackend("cpu");

const tensors = (params: HostParams): Params =>
  Object.fromEntries(Object.entries(params).map(([n, a]) => [n, toTensor(a)]));
const random = (name: string, shape: number[]) =>
  toTensor(host(normal(fold(key(5), name), shape.reduce((a, b) => a * b)), shape));

Deno.test("instructResampler() agrees with the reference, tokens and every gradient", () => {
  const golden = readCase("resampler_instruct");
  const config = golden.config as unknown as AnyInstructConfig;
  const names = Object.keys(golden.weights);
  const weights = names.map((name) => toTensor(golden.weights[name]!));
  const inputs = [toTensor(golden.inputs.image_embeds!), toTensor(golden.inputs.instruct_embeds!)];
  const gradOutput = toTensor(golden.inputs.grad_output!);
  const run = (imageEmbeds: tf.Tensor, instructEmbeds: tf.Tensor, ...leaves: tf.Tensor[]) => {
    const params: Params = Object.fromEntries(names.map((name, i) => [name, leaves[i]!]));
    return instructResampler(params, { imageEmbeds, instructEmbeds }, config);
  };
  const scalar = (...all: tf.Tensor[]) =>
    tf.sum(tf.mul(run(all[0]!, all[1]!, ...all.slice(2)), gradOutput)) as tf.Scalar;
  const [image, instruct, ...gradients] = tf.grads(scalar)([...inputs, ...weights]);
  const actual: Record<string, Values> = {
    "outputs.tokens": toHost(run(inputs[0]!, inputs[1]!, ...weights)),
    "grads.inputs.image_embeds": toHost(image!),
    "grads.inputs.instruct_embeds": toHost(instruct!),
  };
  names.forEach((name, i) => actual[`grads.weights.${name}`] = toHost(gradients[i]!));
  assert.deepEqual(compareCase(golden, actual).filter((row) => !row.passed), []);
});

for (const config of [TINY_INSTRUCT, TINY_RELEASED]) {
  Deno.test(`instructFromPlus() equals IPAdapter+ bit for bit before training, class ${config.class}`, () => {
    const plus = initResampler(key(3), plusConfig(config));
    const fresh = tensors(instructFromPlus(key(4), config, { plus }));
    const imageEmbeds = random("image", [2, 9, 6]);
    const expected = resampler(tensors(plus), imageEmbeds, plusConfig(config)).dataSync();
    const promptEmbeds = config.class === "ResamplerInstructBigger" ? random("prompt", [2, 5, 7]) : undefined;
    for (const instruction of ["style", "face"]) {
      const instructEmbeds = random(instruction, [2, 3, 7]);
      const tokens = instructResampler(fresh, { imageEmbeds, instructEmbeds, promptEmbeds }, config);
      assert.deepEqual(tokens.dataSync(), expected);
    }
  });
}

Deno.test("instructFromPlus() equals IPAdapter+ bit for bit in compiled programs too", async () => {
  const plus = initResampler(key(3), plusConfig(TINY_INSTRUCT));
  const fresh = instructFromPlus(key(4), TINY_INSTRUCT, { plus });
  const shapes = { image: { shape: [2, 9, 6] }, instruction: { shape: [2, 3, 7] } };
  const image = normal(key(9), 108);
  const base = await compile(
    (_, state, { image }) => ({ outputs: { tokens: resampler(state, image!, plusConfig(TINY_INSTRUCT)) } }),
    { state: plus, inputs: { image: shapes.image } },
  );
  const instruct = await compile((_, state, { image, instruction }) => {
    const inputs = { imageEmbeds: image!, instructEmbeds: instruction! };
    return { outputs: { tokens: instructResampler(state, inputs, TINY_INSTRUCT) } };
  }, { state: fresh, inputs: shapes });
  const { tokens: expected } = await base.run({ image });
  const { tokens } = await instruct.run({ image, instruction: normal(key(10), 42) });
  assert.deepEqual(tokens, expected);
  await Promise.all([base.dispose(), instruct.dispose()]);
});

Deno.test("instructResampler() heeds the instruction once the new last projections are no longer zero", () => {
  const params = initInstructResampler(key(6), TINY_INSTRUCT);
  for (const name of Object.keys(params)) {
    if (!name.startsWith("new_input_layers") || !/to_out|1\.3/.test(name)) continue;
    const { shape, data } = params[name]!;
    params[name] = host(normal(fold(key(7), name), data.length, { std: 0.1 }), shape);
  }
  // The new matrices are white noise of 1e-4, so the first effect is small; it must exist.
  const imageEmbeds = random("image", [1, 9, 6]);
  const [a, b] = ["style", "face"].map((name) =>
    instructResampler(
      tensors(params),
      { imageEmbeds, instructEmbeds: random(name, [1, 1, 7]) },
      TINY_INSTRUCT,
    )
      .dataSync()
  );
  assert.notDeepEqual(a, b);
});

Deno.test("initInstructResampler() samples new matrices with the paper's sigma of 1e-4", () => {
  const config: InstructResamplerConfig = { ...TINY_INSTRUCT, dim: 32, embedding_dim_instruct_embeds: 64 };
  const params = initInstructResampler(key(8), config);
  for (
    const name of [
      "proj_new_input.weight",
      "new_input_layers.1.0.to_kv.weight",
      "new_input_layers.0.1.1.weight",
    ]
  ) {
    const { data } = params[name]!;
    const rms = Math.sqrt((data as Float32Array).reduce((sum, x) => sum + x * x, 0) / data.length);
    assert.ok(rms > 0.8e-4 && rms < 1.2e-4, `${name}: ${rms}`);
  }
  assert.ok(params["new_input_layers.0.0.to_out.weight"]!.data.every((x) => x === 0));
});

Deno.test("instructResamplerShapes() has the parameter counts of the SD 1.5 designs", () => {
  const sd15 = {
    ...TINY_INSTRUCT,
    dim: 768,
    depth: 4,
    dim_head: 64,
    heads: 12,
    num_queries: 16,
    output_dim: 768,
    ff_mult: 4,
    embedding_dim_image_embeds: 1280,
    embedding_dim_instruct_embeds: 1024,
  };
  assert.equal(countParameters(instructResamplerShapes(sd15)), 49_598_208);
  assert.equal(
    countParameters(instructResamplerShapes({ ...sd15, embedding_dim_instruct_embeds: 768 })),
    49_401_600,
  );
  const released = instructResamplerShapes({
    ...sd15,
    embedding_dim_instruct_embeds: 768,
    class: "ResamplerInstructBigger",
    ff_mult_secondary: 2,
  });
  assert.equal(countParameters(released), 68_884_992);
  assert.equal(Object.keys(released).length, 143);
});

Deno.test("instructResampler() refuses a missing and a superfluous prompt", () => {
  const params = tensors(initInstructResampler(key(1), TINY_INSTRUCT));
  const inputs = { imageEmbeds: random("image", [1, 9, 6]), instructEmbeds: random("style", [1, 1, 7]) };
  assert.throws(
    () => instructResampler(params, { ...inputs, promptEmbeds: inputs.instructEmbeds }, TINY_INSTRUCT),
    /takes no promptEmbeds/,
  );
  assert.throws(() => instructResampler(params, inputs, TINY_RELEASED), /needs promptEmbeds/);
});
