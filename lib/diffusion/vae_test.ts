import assert from "node:assert/strict";
import { countParameters, host, key, leaf, loadStrict, tf } from "../engine/mod.ts";
import { evaluate } from "../golden/evaluate.ts";
import { compareCase, readCase } from "../golden/mod.ts";
import {
  initVae,
  type VaeConfig,
  vaeDecode,
  vaeDivergence,
  vaeEncode,
  vaeFactor,
  vaeSample,
  vaeShapes,
} from "./vae.ts";

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

for (const engine of ["cpu", "compiled"] as const) {
  Deno.test(`vaeEncode(), vaeSample() and vaeDecode() agree with diffusers (${engine})`, async () => {
    const golden = readCase("vae_tiny");
    const config = golden.config as unknown as VaeConfig;
    const params = loadStrict(golden.weights, vaeShapes(config), { what: "vae_tiny" });
    const actual = await evaluate(
      (params, inputs) => {
        const moments = vaeEncode(params, config, leaf(inputs, "pixels"));
        return {
          "outputs.mean": moments.mean,
          "outputs.logvar": moments.logvar,
          "outputs.std": tf.exp(tf.mul(moments.logvar, 0.5)),
          "outputs.scaled_sample": vaeSample(moments, config, leaf(inputs, "noise")),
          "outputs.decoded": vaeDecode(params, config, leaf(inputs, "latents")),
        };
      },
      { params, inputs: golden.inputs },
      { engine },
    );
    assert.deepEqual(compareCase(golden, actual).filter(({ passed }) => !passed), []);
  });
}

Deno.test("vaeDivergence() is zero when the latents are standard normal, and ½ per unit of squared mean", async () => {
  await tf.setBackend("cpu");
  const zeros = tf.zeros([2, 4, 3, 3]);
  assert.deepEqual(vaeDivergence({ mean: zeros, logvar: zeros }).arraySync(), [0, 0]);
  assert.deepEqual(vaeDivergence({ mean: tf.ones([2, 4, 3, 3]), logvar: zeros }).arraySync(), [18, 18]);
});

Deno.test("vaeEncode() throws a RangeError when a side is no multiple of the factor", async () => {
  await tf.setBackend("cpu");
  const config = readCase("vae_tiny").config as unknown as VaeConfig;
  assert.throws(
    () => vaeEncode({}, config, tf.zeros([1, 3, 22, 16])),
    /sides divisible by 4, got \[1,3,22,16\]/,
  );
});

for (const engine of ["cpu", "compiled"] as const) {
  Deno.test(`An autoencoder with patches keeps squares of pixels together (${engine})`, async () => {
    const config: VaeConfig = {
      in_channels: 3,
      out_channels: 3,
      latent_channels: 4,
      block_out_channels: [8, 8],
      layers_per_block: 1,
      norm_num_groups: 2,
      scaling_factor: 1,
      mid_block_add_attention: false,
      patch_size: 2,
    };
    assert.equal(vaeFactor(config), 4);
    const params = initVae(key(1), config);
    // The last convolution alone decides: weights zero, bias c → channel c of the squares, one pixel each.
    const bias = leaf(params, "decoder.conv_out.bias");
    leaf(params, "decoder.conv_out.weight").data.fill(0);
    bias.data.set(Float32Array.from(bias.data, (_, channel) => channel));
    const { decoded, mean } = await evaluate((params, inputs) => ({
      decoded: vaeDecode(params, config, leaf(inputs, "latents")),
      mean: vaeEncode(params, config, leaf(inputs, "pixels")).mean,
    }), {
      params,
      inputs: {
        latents: host(new Float32Array(4 * 2 * 3), [1, 4, 2, 3]),
        pixels: host(new Float32Array(3 * 8 * 12), [1, 3, 8, 12]),
      },
    }, { engine });
    assert.deepEqual(mean!.shape, [1, 4, 2, 3]);
    assert.deepEqual(decoded!.shape, [1, 3, 8, 12]);
    const rows = [[0, 1], [2, 3]];
    const expected = Array.from({ length: 3 * 8 * 12 }, (_, i) => {
      const [channel, y, x] = [Math.floor(i / 96), Math.floor(i / 12) % 8, i % 12];
      return 4 * channel + rows[y % 2]![x % 2]!;
    });
    assert.deepEqual([...decoded!.data], expected);
  });
}

Deno.test("vaeSample() and vaeDecode() undo each other's shift and scale, and vaeShapes() refuses what is not built", async () => {
  await tf.setBackend("cpu");
  const config: VaeConfig = {
    in_channels: 3,
    out_channels: 3,
    latent_channels: 2,
    block_out_channels: [4],
    layers_per_block: 1,
    norm_num_groups: 2,
    scaling_factor: 0.5,
  };
  const shifted = { ...config, shift_factor: 0.25 };
  const mean = tf.fill([1, 2, 2, 2], 3), noise = tf.zeros([1, 2, 2, 2]);
  const moments = { mean, logvar: noise };
  assert.deepEqual(vaeSample(moments, shifted, noise).arraySync(), tf.fill([1, 2, 2, 2], 1.375).arraySync());
  const params = Object.fromEntries(
    Object.entries(initVae(key(1), config)).map((
      [name, array],
    ) => [name, tf.tensor(array.data, [...array.shape])]),
  );
  const plain = vaeDecode(params, config, vaeSample(moments, config, noise)).dataSync();
  vaeDecode(params, shifted, vaeSample(moments, shifted, noise)).dataSync()
    .forEach((x, i) => assert.ok(Math.abs(x - plain[i]!) < 1e-6));
  const refused: Record<string, unknown>[] = [
    { act_fn: "relu" },
    { latents_mean: [0, 0] },
    { down_block_types: ["AttnDownEncoderBlock2D"] },
  ];
  for (const field of refused) assert.throws(() => vaeShapes({ ...config, ...field }), RangeError);
});
