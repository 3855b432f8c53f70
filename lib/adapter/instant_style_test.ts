import assert from "node:assert/strict";
import {
  combine,
  fold,
  host,
  type HostParams,
  key,
  leaf,
  normal,
  prefixed,
  scope,
  type Tensor,
} from "../engine/mod.ts";
import { crossAttentionLayers, initUnet, unet, type UnetConfig } from "../diffusion/mod.ts";
import { TINY_UNET } from "../diffusion/tiny_unet.ts";
import { evaluate } from "../golden/evaluate.ts";
import { imageContext, initImageContext } from "./image_context.ts";
import { instantStyle, styleLayers } from "./instant_style.ts";

const config: UnetConfig = { ...TINY_UNET, norm_num_groups: 2, cross_attention_dim: 6 };

Deno.test("styleLayers() are those of the first expanding block with cross-attention, also in SD 1.5", () => {
  assert.deepEqual(styleLayers(config), ["3", "5"]);
  const sd15: UnetConfig = {
    ...config,
    down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
    block_out_channels: [8, 8, 8, 8],
    layers_per_block: 2,
  };
  assert.deepEqual(styleLayers(sd15), ["13", "15", "17"]);
  const bare = { ...config, up_block_types: ["UpBlock2D", "UpBlock2D"] };
  assert.throws(() => styleLayers(bare), /up blocks have cross-attention/);
});

Deno.test("instantStyle() gives the U-Net what leaving the other layers out gives", async () => {
  const base = initUnet(key(1), config);
  const adapter = prefixed(initImageContext(config, base), "ip_adapter");
  const others = crossAttentionLayers(config).map(({ index }) => index).filter((index) =>
    !styleLayers(config).includes(index)
  );
  assert.equal(others.length, 2);
  const random = (name: string, ...shape: number[]) =>
    host(normal(fold(key(2), name), shape.reduce((a, b) => a * b, 1)), shape);
  const inputs = {
    sample: random("sample", 1, 4, 4, 4),
    timestep: host([7], [1]),
    text: random("text", 1, 2, 6),
    tokens: random("tokens", 1, 3, 6),
  };
  const noise = async (own: HostParams, layerScales: Record<string, number>) => {
    const outputs = await evaluate((params, given) => {
      const { sample, timestep, text, tokens } = given as Record<string, Tensor>;
      const context = imageContext(scope(params, "adapter"), tokens as Tensor, { scale: 1, layerScales });
      return {
        noise: unet(scope(params, "unet"), config, {
          sample: sample as Tensor,
          timestep: timestep as Tensor,
          text: text as Tensor,
          imageContexts: [context],
        }),
      };
    }, { params: combine(prefixed(base, "unet"), prefixed(own, "adapter")), inputs });
    return Array.from(leaf(outputs, "noise").data);
  };
  const wanted = await noise(adapter, Object.fromEntries(others.map((index) => [index, 0])));
  const found = await noise(instantStyle(adapter, config), {});
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]!) < 1e-5, `${value} is not ${wanted[i]}`));
  assert.notDeepEqual(found, await noise(adapter, {}));
  assert.throws(() => instantStyle({}, config), /got none for 3, 5/);
});
