import assert from "node:assert/strict";
import { initUnet, unetShapes } from "../diffusion/mod.ts";
import { TINY_UNET } from "../diffusion/tiny_unet.ts";
import { key } from "../engine/mod.ts";
import { ADAMW_OPTIMIZER, MUON_OPTIMIZER } from "./optimizer_config.ts";
import { outerLayers } from "./outer_layers.ts";
import { parameterLayout } from "./flat_parameters.ts";

const SHAPES = {
  "in.weight": [6, 4],
  "in.bias": [6],
  "one.weight": [3, 8],
  latents: [1, 3, 8],
  "kernel.weight": [6, 2, 2, 1],
  "two.weight": [3, 8],
};

Deno.test("parameterLayout() leaves AdamW's weights in their order", () => {
  const { shapes, adamwSize, stacks } = parameterLayout(SHAPES, { optimizer: ADAMW_OPTIMIZER });
  assert.deepEqual(Object.entries(shapes), Object.entries(SHAPES));
  assert.deepEqual(stacks, []);
  assert.equal(adamwSize, 24 + 6 + 24 + 24 + 24 + 24);
});

Deno.test("parameterLayout() puts Muon's matrices behind, those of one shape together, kernels as matrices", () => {
  const outer = ["in.weight"];
  const { shapes, adamwSize, stacks } = parameterLayout(SHAPES, { optimizer: MUON_OPTIMIZER, outer });
  assert.deepEqual(Object.keys(shapes), [
    "in.weight",
    "in.bias",
    "latents",
    "one.weight",
    "two.weight",
    "kernel.weight",
  ]);
  assert.equal(adamwSize, 24 + 6 + 24);
  assert.deepEqual(stacks, [
    { first: 54, count: 2, rows: 3, columns: 8 },
    { first: 102, count: 1, rows: 6, columns: 4 },
  ]);
});

Deno.test("parameterLayout() refuses outer layers that are not trained", () => {
  assert.throws(
    () => parameterLayout(SHAPES, { optimizer: MUON_OPTIMIZER, outer: ["in.wieght"] }),
    /^RangeError: Laying out the optimiser needs outer layers among the trained weights, got "in.wieght"$/,
  );
});

Deno.test("outerLayers() of a U-Net are its first, last and time layers, and every other matrix is Muon's", () => {
  const config = { ...TINY_UNET, cross_attention_dim: 6 };
  const names = Object.keys(initUnet(key(1), config));
  const outer = outerLayers("unet", names);
  assert.ok(
    ["conv_in.weight", "conv_out.weight", "time_embedding.linear_2.weight"].every((each) =>
      outer.includes(each)
    ),
  );
  const { stacks, shapes } = parameterLayout(unetShapes(config), { optimizer: MUON_OPTIMIZER, outer });
  const matrices = Object.values(shapes).filter(({ length }) => length === 2 || length === 4).length;
  assert.equal(stacks.reduce((sum, { count }) => sum + count, 0), matrices - outer.length);
  assert.ok(stacks.length < matrices / 2);
  const inside = names.map((name) => `unet.${name}`);
  assert.deepEqual(outerLayers("unet", inside, "unet"), outer.map((name) => `unet.${name}`));
});
