import assert from "node:assert/strict";
import { adapterShapes, projectionShapes, type PublishedProjection } from "../../lib/adapter/mod.ts";
import { textTowerShapes, visionTowerShapes } from "../../lib/clip/mod.ts";
import { controlnetShapes, unetShapes, vaeShapes } from "../../lib/diffusion/mod.ts";
import { countParameters, type Shapes } from "../../lib/engine/mod.ts";
import {
  SD15_CONTROLNET,
  SD15_IMAGE_PROJECTION,
  SD15_INSTRUCT,
  SD15_INSTRUCT_RELEASED,
  SD15_RESAMPLER,
  SD15_UNET,
  SD15_VAE,
  VIT_H_TEXT,
  VIT_H_VISION,
  VIT_L_TEXT,
} from "./sd15_sizes.ts";

/** Names and shapes as diffusers and transformers have them: data/reference_names/make_names.py. */
async function reference(name: string): Promise<[string, number[]][]> {
  const text = await Deno.readTextFile(new URL(`../../data/reference_names/${name}.tsv`, import.meta.url));
  return text.trimEnd().split("\n").map((line) => {
    const [key = "", sides = ""] = line.split("\t");
    return [key, sides.split(" ").map(Number)];
  });
}

const MODELS: readonly (readonly [name: string, shapes: Shapes, scalars: number, tensors: number])[] = [
  ["sd15_unet", unetShapes(SD15_UNET), 859_520_964, 686],
  ["sd15_vae", vaeShapes(SD15_VAE), 83_653_863, 248],
  ["sd15_controlnet", controlnetShapes(SD15_CONTROLNET), 361_279_120, 340],
  ["vit_l_text", textTowerShapes(VIT_L_TEXT, { projection: false }), 123_060_480, 196],
  ["vit_h_text", textTowerShapes(VIT_H_TEXT), 354_032_640, 389],
  ["vit_h_vision", visionTowerShapes(VIT_H_VISION), 632_076_800, 520],
];

for (const [name, shapes, scalars, tensors] of MODELS) {
  Deno.test(`the full-size parameter tree of ${name} has the reference's names, shapes, order and count`, async () => {
    assert.deepEqual(Object.entries(shapes).map(([key, sides]) => [key, [...sides]]), await reference(name));
    assert.equal(countParameters(shapes), scalars);
    assert.equal(Object.keys(shapes).length, tensors);
  });
}

const PROJECTIONS:
  readonly (readonly [PublishedProjection, scalars: number, whole: number, tensors: number])[] = [
    [SD15_RESAMPLER, 29_918_208, 49_087_488, 51],
    [SD15_INSTRUCT, 49_598_208, 68_767_488, 97],
    [{ ...SD15_INSTRUCT, embedding_dim_instruct_embeds: 768 }, 49_401_600, 68_570_880, 97],
    [SD15_INSTRUCT_RELEASED, 68_884_992, 88_054_272, 143],
    [SD15_IMAGE_PROJECTION, 3_150_336, 22_319_616, 4],
  ];

Deno.test("adapterShapes() has the published adapters' counts, and a resampler's names in order, at SD 1.5's size", () => {
  for (const [projection, scalars, whole, tensors] of PROJECTIONS) {
    const shapes = projectionShapes(projection);
    assert.equal(countParameters(shapes), scalars, projection.class);
    assert.equal(Object.keys(shapes).length, tensors, projection.class);
    const file = adapterShapes({ projection, unet: SD15_UNET });
    assert.equal(countParameters(file), whole, projection.class);
    assert.equal(Object.keys(file).length, tensors + 32, projection.class);
  }
  const names = Object.keys(projectionShapes(SD15_RESAMPLER));
  assert.deepEqual(names.slice(0, 8), [
    "latents",
    "proj_in.weight",
    "proj_in.bias",
    "proj_out.weight",
    "proj_out.bias",
    "norm_out.weight",
    "norm_out.bias",
    "layers.0.0.norm1.weight",
  ]);
  assert.equal(names.at(-1), "layers.3.1.3.weight");
  const released = Object.keys(projectionShapes(SD15_INSTRUCT_RELEASED));
  assert.equal(released.filter((name) => /^(proj_new_input|new_input_layers)\./.test(name)).length, 46);
  assert.equal(released.filter((name) => /^(proj_prompt_input|prompt_layers)\./.test(name)).length, 46);
});

Deno.test("adapterShapes() predicts the published IPAdapter+ file to the byte: halves and a header of 8,312 bytes", () => {
  const file = adapterShapes({ projection: SD15_RESAMPLER, unet: SD15_UNET });
  assert.equal(2 * countParameters(file) + 8312, 98_183_288);
});
