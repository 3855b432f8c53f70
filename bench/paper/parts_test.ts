import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TINY_UNET } from "../../lib/diffusion/tiny_unet.ts";
import { countParameters, eager, isFileArray, leaf } from "../../lib/engine/mod.ts";
import { TINY_VAE } from "../../experiments/paper/tiny_models.ts";
import { caseWeights, type PaperSizes, prepareCase, weightShapes } from "./case_folder.ts";
import { PAPER_PARTS } from "./part_names.ts";
import { PARTS } from "./parts.ts";

const TOWER = {
  intermediate_size: 16,
  num_attention_heads: 2,
  projection_dim: 6,
  hidden_act: "gelu",
} as const;

const TINY: PaperSizes = {
  unet: TINY_UNET,
  vae: TINY_VAE,
  vision: { ...TOWER, hidden_size: 10, num_hidden_layers: 2, image_size: 16, patch_size: 8 },
  projection: {
    class: "ResamplerInstruct",
    dim: 8,
    depth: 1,
    dim_head: 4,
    heads: 2,
    num_queries: 3,
    output_dim: 12,
    ff_mult: 2,
    embedding_dim_image_embeds: 10,
    embedding_dim_instruct_embeds: 6,
  },
  side: 8,
  textTokens: 7,
};

const folder = mkdtempSync(join(tmpdir(), "paper-parts-"));
globalThis.addEventListener("unload", () => rmSync(folder, { recursive: true, force: true }));

Deno.test("prepareCase() writes weights of the given sizes once, half precision, which stay in their files when loaded", async () => {
  await prepareCase(folder, { sizes: TINY });
  const path = join(folder, "unet.safetensors");
  const before = statSync(path).mtimeMs;
  await prepareCase(folder, { sizes: TINY });
  assert.equal(statSync(path).mtimeMs, before);
  const weights = await caseWeights(folder, "unet");
  assert.equal(countParameters(weights), countParameters(weightShapes(TINY).unet));
  assert.ok(Object.values(weights).every((weight) => isFileArray(weight) && weight.kind === "F16"));
});

for (const part of PAPER_PARTS) {
  Deno.test(`PARTS.${part} gives the same compiled, with weights widened at each run, and eagerly`, async () => {
    await prepareCase(folder, { sizes: TINY });
    const results = [];
    for (
      const options of [
        { compile: { threads: 1 } },
        { compile: { threads: 1, widen: "each-run" as const } },
        { engine: (fn: Parameters<typeof eager>[0], parts: Parameters<typeof eager>[1]) => eager(fn, parts) },
      ]
    ) {
      const work = await PARTS[part].open(folder, options);
      await work.first();
      results.push((await work.check(1)).arrays);
      await work.dispose();
    }
    const [first, ...others] = results;
    for (const [name, { data }] of Object.entries(first!)) {
      assert.ok(data.every(Number.isFinite) && data.some((value) => value !== 0), name);
      for (const other of others) {
        leaf(other, name).data.forEach((value, i) => {
          assert.ok(Math.abs(value - data[i]!) < 1e-4 * (1 + Math.abs(value)), `${name}[${i}]`);
        });
      }
    }
  });
}
