import assert from "node:assert/strict";
import {
  fold,
  host,
  type HostParams,
  key,
  normal,
  prefixed,
  sizeOf,
  tf,
  toHost,
  toTensor,
  UserError,
} from "../engine/mod.ts";
import type { UnetConfig } from "../diffusion/mod.ts";
import { adapterShapes } from "./checkpoint.ts";
import {
  initInstructResampler,
  instructResampler,
  type InstructResamplerConfig,
} from "./instruct_resampler.ts";
import { releasedLayout, withIdlePrompt } from "./released_layout.ts";
import { TINY_INSTRUCT, TINY_RELEASED } from "./tiny_instruct.ts";

await tf.setBackend("cpu");

/** What the authors' scripts build, on a U-Net with one attention. */
const SD15: InstructResamplerConfig = {
  class: "ResamplerInstruct",
  dim: 768,
  depth: 4,
  dim_head: 64,
  heads: 12,
  num_queries: 16,
  output_dim: 768,
  ff_mult: 4,
  embedding_dim_image_embeds: 1280,
  embedding_dim_instruct_embeds: 768,
};
const UNET: UnetConfig = {
  sample_size: 8,
  in_channels: 4,
  out_channels: 4,
  down_block_types: ["CrossAttnDownBlock2D"],
  up_block_types: ["UpBlock2D"],
  block_out_channels: [8],
  layers_per_block: 1,
  norm_num_groups: 4,
  cross_attention_dim: 768,
  attention_head_dim: 2,
};

const random = (name: string, shape: readonly number[]) =>
  toTensor(host(normal(fold(key(5), name), sizeOf(shape)), shape));
const tensors = (params: HostParams) =>
  Object.fromEntries(Object.entries(params).map(([name, array]) => [name, toTensor(array)]));
const zeros = (projection: InstructResamplerConfig): HostParams =>
  Object.fromEntries(
    Object.entries(adapterShapes({ projection, unet: UNET })).map(([name, shape]) => [
      name,
      host(new Float32Array(sizeOf(shape)), shape),
    ]),
  );

Deno.test("withIdlePrompt() gives the same tokens bit for bit, whatever the prompt", () => {
  const params = initInstructResampler(key(1), TINY_INSTRUCT, { std: 0.3 });
  const wide = withIdlePrompt(prefixed(params, "image_proj"), TINY_RELEASED);
  const own = Object.fromEntries(
    Object.entries(wide).map(([name, array]) => [name.replace("image_proj.", ""), array]),
  );
  const imageEmbeds = random("image", [1, 3, 6]), instructEmbeds = random("instruction", [1, 2, 7]);
  const promptEmbeds = random("prompt", [1, 2, 7]);
  const before = instructResampler(tensors(params), { imageEmbeds, instructEmbeds }, TINY_INSTRUCT);
  const after = instructResampler(tensors(own), { imageEmbeds, instructEmbeds, promptEmbeds }, TINY_RELEASED);
  assert.deepEqual(toHost(after).data, toHost(before).data);
});

Deno.test("releasedLayout() has every name and shape of the released design", () => {
  const { target, params } = releasedLayout({ projection: SD15, unet: UNET, params: zeros(SD15) });
  assert.equal(target.projection.class, "ResamplerInstructBigger");
  const shapes = Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, shape]));
  assert.deepEqual(shapes, adapterShapes(target));
});

Deno.test("releasedLayout() refuses in one sentence what the authors' scripts would not build", () => {
  const fails = (projection: Parameters<typeof releasedLayout>[0]["projection"], message: RegExp) =>
    assert.throws(() => releasedLayout({ projection, unet: UNET, params: {} }), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  fails(TINY_INSTRUCT, /scripts expect a transformer 768 wide, got 8$/);
  fails({ ...SD15, embedding_dim_instruct_embeds: 1024 }, /states of SD's text encoder, 768 wide, got 1024$/);
  fails(
    { ...SD15, class: "ResamplerInstructBigger", ff_mult_secondary: 4 },
    /an FF factor of 2 in the text branches, got 4$/,
  );
  const { embedding_dim_image_embeds: embedding_dim, embedding_dim_instruct_embeds: _, ...sizes } = SD15;
  fails({ ...sizes, class: "Resampler", embedding_dim }, /expect an IPAdapter-Instruct, got .* Resampler/);
});
