import assert from "node:assert/strict";
import {
  countParameters,
  host,
  key,
  leaf,
  loadStrict,
  type Params,
  scope,
  type Tensor,
  tf,
  toTensor,
} from "../engine/mod.ts";
import { evaluate } from "../golden/evaluate.ts";
import { compareCase, type GoldenCase, readCase } from "../golden/mod.ts";
import { SD15_UNET } from "./sd15_unet.ts";
import { initUnet, unet, unetShapes } from "./unet.ts";
import { crossAttentionLayers, type UnetConfig } from "./unet_config.ts";

type Outputs = Awaited<ReturnType<typeof evaluate>>;

function assertGolden(golden: GoldenCase, actual: Outputs): void {
  assert.deepEqual(compareCase(golden, actual).filter(({ passed }) => !passed), []);
}

Deno.test("unetShapes() has SD 1.5's tensors and parameters when given its config", () => {
  const shapes = unetShapes(SD15_UNET);
  assert.equal(Object.keys(shapes).length, 686);
  assert.equal(countParameters(shapes), 859_520_964);
  assert.deepEqual(shapes["down_blocks.0.attentions.0.proj_in.weight"], [320, 320, 1, 1]);
  const blocks = [...new Set(Object.keys(shapes).map((name) => name.split(".")[0]))];
  const order = [
    "conv_in",
    "time_embedding",
    "down_blocks",
    "up_blocks",
    "mid_block",
    "conv_norm_out",
    "conv_out",
  ];
  assert.deepEqual(blocks, order);
});

Deno.test("crossAttentionLayers() numbers SD 1.5's layers as IP-Adapter checkpoints do", () => {
  const layers = crossAttentionLayers(SD15_UNET);
  assert.equal(layers.length, 16);
  assert.deepEqual(layers.map(({ width }) => width), [
    ...[320, 320, 640, 640, 1280, 1280],
    ...[1280, 1280, 1280, 640, 640, 640, 320, 320, 320],
    1280,
  ]);
  assert.equal(layers.at(-1)?.index, "31");
  assert.equal(layers.at(-1)?.path, "mid_block.attentions.0.transformer_blocks.0.attn2");
  const golden = readCase("unet_ip_adapter");
  const own = crossAttentionLayers((golden.config as { unet: UnetConfig }).unet);
  assert.deepEqual(
    Object.fromEntries(own.map(({ index, path }) => [index, path])),
    golden.description.name_map,
  );
});

for (const engine of ["cpu", "compiled"] as const) {
  Deno.test(`unet() agrees with diffusers, value and gradient, when each sample has its own timestep (${engine})`, async () => {
    const golden = readCase("unet_tiny");
    const config = golden.config as unknown as UnetConfig;
    const params = loadStrict(golden.weights, unetShapes(config), { what: "unet_tiny" });
    const actual = await evaluate(
      (params, inputs) => {
        const run = (sample: Tensor, text: Tensor) =>
          unet(params, config, { sample, timestep: leaf(inputs, "timestep"), text });
        const points = [leaf(inputs, "sample"), leaf(inputs, "encoder_hidden_states")] as const;
        const [sample, text] = tf.grads((s: Tensor, t: Tensor) => run(s, t))(
          [...points],
          leaf(inputs, "grad_output"),
        );
        return {
          "outputs.sample": run(...points),
          "grads.inputs.sample": sample as Tensor,
          "grads.inputs.encoder_hidden_states": text as Tensor,
        };
      },
      { params, inputs: golden.inputs },
      { engine },
    );
    assertGolden(golden, actual);
  });
}

Deno.test("unet() agrees with IP-Adapter, value and gradient, when it gets image contexts", async () => {
  const golden = readCase("unet_ip_adapter");
  const config = (golden.config as { unet: UnetConfig }).unet;
  loadStrict(scope(golden.weights, "unet"), unetShapes(config), { what: "the U-Net" });
  const actual = await evaluate(
    (params, inputs) => {
      const weights = scope(params, "ip_adapter");
      const run = (tokens: Tensor, weights: Params, scale: number) =>
        unet(scope(params, "unet"), config, {
          sample: leaf(inputs, "sample"),
          timestep: leaf(inputs, "timestep"),
          text: leaf(inputs, "encoder_hidden_states"),
          imageContexts: [{ tokens, weights, scale }],
        });
      const loss = (prediction: Tensor) =>
        tf.reshape(tf.mean(tf.squaredDifference(prediction, leaf(inputs, "target_noise"))), [1]);
      const tokens = leaf(inputs, "image_tokens");
      const results: Params = {};
      for (const scale of [0, 0.6, 1]) {
        const prediction = run(tokens, weights, scale);
        results[`outputs.sample.scale_${scale}`] = prediction;
        results[`outputs.loss.scale_${scale}`] = loss(prediction);
      }
      const names = Object.keys(weights);
      const gradients = tf.grads((tokens: Tensor, ...leaves: Tensor[]) =>
        loss(run(tokens, Object.fromEntries(names.map((name, i) => [name, leaves[i] as Tensor])), 1))
      )([tokens, ...Object.values(weights)]);
      results["grads.inputs.image_tokens"] = gradients[0] as Tensor;
      names.forEach((name, i) => results[`grads.weights.ip_adapter.${name}`] = gradients[i + 1] as Tensor);
      return results;
    },
    { params: golden.weights, inputs: golden.inputs },
  );
  assertGolden(golden, actual);
});

Deno.test("unet() gives a sample's rows, text and image each their own, what it gives them alone, one after another", async () => {
  const golden = readCase("unet_ip_adapter");
  const config = (golden.config as { unet: UnetConfig }).unet;
  const { data } = await evaluate(
    (params, inputs) => {
      const [text, tokens] = [leaf(inputs, "encoder_hidden_states"), leaf(inputs, "image_tokens")];
      const run = (text: Tensor, tokens: Tensor) =>
        unet(scope(params, "unet"), config, {
          ...{ sample: leaf(inputs, "sample"), timestep: leaf(inputs, "timestep"), text },
          imageContexts: [{ tokens, weights: scope(params, "ip_adapter"), scale: 0.6 }],
        });
      const [otherText, otherTokens] = [tf.sub(2, text), tf.sub(1, tokens)];
      const inTurn = (a: Tensor, b: Tensor) => {
        const [batch, ...sides] = a.shape as [number, ...number[]];
        return tf.reshape(tf.stack([a, b], 1), [2 * batch, ...sides]);
      };
      const together = run(inTurn(text, otherText), inTurn(tokens, otherTokens));
      const apart = inTurn(run(text, tokens), run(otherText, otherTokens));
      return { apart: tf.reshape(tf.max(tf.abs(tf.sub(together, apart))), [1]) };
    },
    { params: golden.weights, inputs: golden.inputs },
  ).then(({ apart }) => apart as { data: Float32Array });
  assert.ok(data[0]! < 1e-5, `${data[0]} apart`);
});

Deno.test("unet() with a context in place of the text is the sum without the text's part, whatever the text", async () => {
  const golden = readCase("unet_ip_adapter");
  const config = (golden.config as { unet: UnetConfig }).unet;
  const text = golden.inputs["encoder_hidden_states"]!;
  const other = host((text.data as Float32Array).map((value) => 2 - value), text.shape);
  const outputs = await evaluate(
    (params, inputs) => {
      const base = scope(params, "unet");
      // Without values the text's part of the sum is zero.
      const mute = Object.fromEntries(
        Object.entries(base).map(([name, weight]) =>
          [name, name.endsWith("attn2.to_v.weight") ? tf.zerosLike(weight) : weight] as const
        ),
      );
      const run = (weights: Params, text: string, replacesText: boolean) =>
        unet(weights, config, {
          sample: leaf(inputs, "sample"),
          timestep: leaf(inputs, "timestep"),
          text: leaf(inputs, text),
          imageContexts: [{
            tokens: leaf(inputs, "image_tokens"),
            weights: scope(params, "ip_adapter"),
            scale: 0.6,
            replacesText,
          }],
        });
      return {
        beside: run(base, "encoder_hidden_states", false),
        replaced: run(base, "encoder_hidden_states", true),
        otherText: run(base, "other", true),
        muteText: run(mute, "encoder_hidden_states", false),
      };
    },
    { params: golden.weights, inputs: { ...golden.inputs, other } },
  );
  const { beside, replaced, otherText, muteText } = outputs as Record<string, { data: Float32Array }>;
  const apart = (a: { data: Float32Array }, b: { data: Float32Array }) =>
    Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));
  assert.deepEqual(otherText!.data, replaced!.data);
  assert.ok(apart(replaced!, muteText!) < 1e-6);
  assert.ok(apart(replaced!, beside!) > 1e-3);
});

Deno.test("unet() agrees with diffusers on SD 1.5's topology and when the latent's sides are no multiples of 8", async () => {
  const golden = readCase("unet_sd15_topology");
  const config = golden.config as unknown as UnetConfig;
  const params = loadStrict(golden.weights, unetShapes(config), { what: "unet_sd15_topology" });
  const actual = await evaluate((params, inputs) => {
    const shared = { timestep: leaf(inputs, "timestep"), text: leaf(inputs, "encoder_hidden_states") };
    return {
      "outputs.sample": unet(params, config, { sample: leaf(inputs, "sample"), ...shared }),
      "outputs.sample_odd": unet(params, config, { sample: leaf(inputs, "sample_odd"), ...shared }),
    };
  }, { params, inputs: golden.inputs });
  assertGolden(golden, actual);
});

Deno.test("unet() throws a RangeError with names and sizes when an input does not fit", async () => {
  await tf.setBackend("cpu");
  const config: UnetConfig = {
    ...SD15_UNET,
    block_out_channels: [8, 8, 8, 8],
    norm_num_groups: 4,
    cross_attention_dim: 8,
  };
  const params = Object.fromEntries(
    Object.entries(initUnet(key(1), config)).map(([name, array]) => [name, toTensor(array)]),
  );
  const ones = (...shape: number[]) => toTensor(host(new Float32Array(shape.reduce((a, b) => a * b)), shape));
  const good = { sample: ones(1, 4, 8, 8), timestep: ones(1), text: ones(1, 2, 8) };
  assert.throws(
    () => unet(params, config, { ...good, text: ones(1, 2, 9) }),
    /text \[1 tokens 8\], got \[1,2,9\]/,
  );
  for (const rows of [0, 3]) {
    assert.throws(
      () => unet(params, config, { sample: ones(2, 4, 8, 8), timestep: ones(2), text: ones(rows, 2, 8) }),
      new RegExp(`text \\[2 tokens 8\\], got \\[${rows},2,8\\]`),
    );
  }
  assert.throws(() => unet(params, config, { ...good, timestep: ones(2) }), /timestep \[1\], got \[2\]/);
  assert.throws(
    () => unetShapes({ ...config, class_embed_type: "timestep" } as UnetConfig),
    /class_embed_type = null, got "timestep"/,
  );
});
