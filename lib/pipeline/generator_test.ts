import assert from "node:assert/strict";
import {
  adapterParams,
  imageContextShapes,
  initInstructResampler,
  type InstructResamplerConfig,
} from "../adapter/mod.ts";
import { initTextTower } from "../clip/mod.ts";
import { initControlnet, initUnet, SAMPLER_NAMES, SAMPLERS } from "../diffusion/mod.ts";
import { TINY_UNET } from "../diffusion/tiny_unet.ts";
import { compile, fold, host, type HostParams, key, normal } from "../engine/mod.ts";
import { createGenerator, type GeneratorParts, type SamplingOptions } from "./generator.ts";
import type { GenerationItem } from "./conditions.ts";
import type { BaseParts } from "./models.ts";
import { samplePictures } from "./sample_pictures.ts";
import { withLora } from "./with_lora.ts";

const UNET = { ...TINY_UNET, sample_size: 4 };
const TEXT = {
  vocab_size: 9,
  max_position_embeddings: 4,
  hidden_size: 12,
  intermediate_size: 16,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  projection_dim: 6,
  eos_token_id: 8,
  hidden_act: "quick_gelu",
} as const;
const PROJECTION: InstructResamplerConfig = {
  class: "ResamplerInstruct",
  dim: 8,
  depth: 1,
  dim_head: 8,
  heads: 1,
  num_queries: 2,
  embedding_dim_image_embeds: 5,
  embedding_dim_instruct_embeds: 6,
  output_dim: 12,
  ff_mult: 2,
};
const IMAGE = [3, 5] as const;

/** Weights with noise, so that what starts at zero has an effect. */
const shaken = (seed: number, params: HostParams): HostParams =>
  Object.fromEntries(
    Object.entries(params).map(([name, { data, shape }]) => {
      const noise = normal(fold(key(seed), name), data.length, { std: 0.2 });
      return [name, host(Float32Array.from(data, (value, i) => value + noise[i]!), shape)];
    }),
  );
const context = Object.fromEntries(
  Object.entries(imageContextShapes(UNET)).map(([name, shape]) => [
    name,
    host(normal(fold(key(3), name), shape[0]! * shape[1]!), shape),
  ]),
);
const adapter = adapterParams({
  projection: shaken(1, initInstructResampler(key(1), PROJECTION)),
  context,
});
const base = {
  unet: { config: UNET, params: initUnet(key(2), UNET) },
  text: { config: TEXT, params: initTextTower(key(4), TEXT, { projection: false }) },
  tokenizer: {
    encode: (texts: readonly string[]) =>
      Int32Array.from(texts.flatMap((text) => [0, text.length % 7, 8, 8])),
  },
};
const CONTROLNET = { ...UNET, conditioning_embedding_out_channels: [4, 8] };
const controlnet = {
  config: CONTROLNET,
  params: shaken(9, initControlnet(key(9), CONTROLNET, base.unet.params)),
};
const common = { projection: PROJECTION, imageShape: IMAGE, noImage: new Float32Array(15) };
const OPTIONS: SamplingOptions = { steps: 2, guidance: 3, adapterScale: 1 };

const item = (seed: number): GenerationItem => ({
  ids: Int32Array.of(0, 1 + seed, 8, 8),
  image: normal(fold(key("image"), seed), 15),
  instruction: normal(fold(key("instruction"), seed), 6),
  control: normal(fold(key("control"), seed), 3 * 64),
  noise: normal(fold(key("noise"), seed), 64),
});
const ITEMS = [0, 1, 2].map(item);
const OTHER_PROMPTS = ITEMS.map((each) => ({ ...each, ids: Int32Array.of(0, 7, 7, 8) }));

async function sampled(
  parts: Partial<GeneratorParts>,
  options: Partial<SamplingOptions> = {},
  items: readonly GenerationItem[] = ITEMS,
): Promise<Float32Array[]> {
  const generator = await createGenerator({ base, batch: 2, ...parts });
  try {
    return await generator.generate(items, { ...OPTIONS, ...options });
  } finally {
    await generator.dispose();
  }
}

function close(a: readonly Float32Array[], b: readonly Float32Array[], tolerance = 1e-4): void {
  assert.equal(a.length, b.length);
  a.forEach((row, i) => row.forEach((value, j) => assert.ok(Math.abs(value - b[i]![j]!) <= tolerance)));
}

Deno.test("createGenerator() gives the same latents with given and with constant weights, and with models too large for memory", async () => {
  const given = await sampled({ adapter: { ...common, like: adapter } }, { adapter });
  close(given, await sampled({ adapter: { ...common, params: adapter } }));
  close(given, await sampled({ adapter: { ...common, params: adapter }, large: true }));
});

Deno.test("createGenerator() makes of an item what it makes of it alone, in any batch", async () => {
  const parts = { adapter: { ...common, params: adapter }, controlnet };
  const together = await sampled(parts);
  close([together[2]!], await sampled({ ...parts, batch: 1 }, {}, [ITEMS[2]!]));
  close(together, await sampled({ ...parts, batch: 3 }));
  close(together, await sampled({ ...parts, large: true }));
});

Deno.test("createGenerator() hears the prompt beside an adapter, and not with one in its place, at any size of the models", async () => {
  for (const replacesText of [false, true]) {
    const parts = { adapter: { ...common, params: adapter, replacesText } };
    const own = await sampled(parts);
    const other = await sampled(parts, {}, OTHER_PROMPTS);
    assert.equal(own.every((row, i) => row.every((value, j) => value === other[i]![j])), replacesText);
    close(own, await sampled({ ...parts, large: true }));
    const conditions = ITEMS.map((each, i) => ({ ...each, image: ITEMS[(i + 1) % 3]!.image! }));
    assert.notDeepEqual(own, await sampled(parts, {}, conditions));
  }
});

Deno.test("createGenerator() with adapter scale 0 samples the base, with controlnet scale 0 too; both are heard", async () => {
  const alone = await sampled({});
  const parts = { adapter: { ...common, params: adapter } };
  close(alone, await sampled(parts, { adapterScale: 0 }));
  assert.notDeepEqual(alone, await sampled(parts));
  close(alone, await sampled({ controlnet }, { controlScale: 0 }));
  assert.notDeepEqual(alone, await sampled({ controlnet }));
});

Deno.test("withLora() changes what is sampled; at scale 0 it is not there", async () => {
  const name = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";
  const tensors = {
    [`${name}.lora_A.weight`]: host(normal(key("down"), 16), [2, 8]),
    [`${name}.lora_B.weight`]: host(normal(key("up"), 16), [8, 2]),
  };
  const changed = (scale: number) =>
    withLora<BaseParts>(base, { tensors }, { path: "/nowhere/lora.safetensors", scale });
  const alone = await sampled({});
  assert.deepEqual(await sampled({ base: changed(0) }), alone);
  assert.notDeepEqual(await sampled({ base: changed(1) }), alone);
  assert.throws(
    () => withLora(base, { tensors: {} }, { path: "empty.safetensors", scale: 1 }),
    /Applying the LoRA empty\.safetensors failed/,
  );
  assert.throws(
    () => withLora(changed(1), { tensors }, { path: "second.safetensors", scale: 1 }),
    /^RangeError: withLora\(\) needs models without a LoRA, got one that second\.safetensors would replace$/,
  );
});

for (const sampler of SAMPLER_NAMES) {
  Deno.test(`samplePictures() with ${sampler} tells every call of the denoiser, then each batch's pictures`, async () => {
    const generator = await createGenerator({ base, batch: 2 });
    const decode = (latents: readonly Float32Array[]) =>
      Promise.resolve(latents.map((x) => ({ width: 1, height: 1, pixels: Uint8Array.of(x.length, 0, 0) })));
    const events: string[] = [];
    for await (const event of samplePictures({ generator, decode }, ITEMS, { ...OPTIONS, sampler })) {
      events.push(
        event.kind === "step"
          ? `${event.done}/${event.total}: ${(await event.preview()).length}`
          : `from ${event.first}: ${event.pictures.length}`,
      );
    }
    await generator.dispose();
    const calls = OPTIONS.steps + SAMPLERS[sampler].extraCalls;
    const told = (from: number, count: number) =>
      Array.from({ length: calls }, (_, i) => `${from + i + 1}/${2 * calls}: ${count}`);
    assert.deepEqual(events, [...told(0, 2), "from 0: 2", ...told(calls, 1), "from 2: 1"]);
  });
}

Deno.test("createGenerator() encodes a condition once for the batches that share it", async () => {
  let runs = 0;
  const generator = await createGenerator({ base, batch: 1, large: true }, {
    engine: (fn, parts) => {
      if (parts.inputs?.ids) runs++;
      return compile(fn, parts);
    },
  });
  const [first] = ITEMS as [GenerationItem];
  await generator.generate([first, { ...first, noise: ITEMS[1]!.noise }, ITEMS[2]!], OPTIONS);
  await generator.dispose();
  assert.equal(runs, 2);
});

Deno.test("createGenerator() says what an item lacks, and stops by its signal", async () => {
  const parts = { adapter: { ...common, params: adapter } };
  const [first] = ITEMS as [GenerationItem];
  const { image: _image, ...blind } = first;
  const { instruction: _instruction, ...mute } = first;
  await assert.rejects(sampled(parts, {}, [blind]), /needs image tokens of the condition, with an adapter,/);
  await assert.rejects(sampled(parts, {}, [mute]), /needs an instruction, with Instruct, for every item/);
  await assert.rejects(sampled({ adapter: { ...common, like: adapter } }), /needs its weights, got none/);
  await assert.rejects(sampled({}, { instructGuidance: 2 }), /guidance of 2 predictions, got 4/);
  await assert.rejects(sampled({}, { signal: AbortSignal.abort() }), { name: "AbortError" });
});
