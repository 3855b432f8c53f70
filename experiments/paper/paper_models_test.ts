import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { initVisionTower } from "../../lib/clip/mod.ts";
import {
  isFileArray,
  key,
  readWeight,
  UserError,
  type Weights,
  writeSafetensors,
} from "../../lib/engine/mod.ts";
import { loadPaperModels } from "./paper_models.ts";
import { inTinyFolder } from "./testdata/tiny_folder.ts";
import { INSTRUCT, tinyInstruct, tinyUnet, VISION } from "./tiny_models.ts";

const read = (weights: Weights) =>
  Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, readWeight(weight)]));

Deno.test("loadPaperModels() reads a local folder in diffusers' layout, sizes from its config.json files", () =>
  inTinyFolder(async (_, places) => {
    const models = await loadPaperModels(places);
    assert.deepEqual(read(models.unet.params), tinyUnet());
    assert.deepEqual(models.adapter.config, INSTRUCT);
    assert.deepEqual(read(models.adapter.params), tinyInstruct());
    assert.ok(Object.values(models.unet.params).every(isFileArray));
    assert.equal(models.text.config.hidden_size, 12);
    assert.deepEqual(models.processor.crop_size, { height: 16, width: 16 });
    assert.equal(models.tokenizer.encode(["a photo of a cat"]).length, 16);
    assert.equal((await loadPaperModels(places, { kind: "plus" })).adapter.config.class, "Resampler");
  }));

Deno.test("loadPaperModels() names the part that is missing or made for others", () =>
  inTinyFolder(async (folder, places) => {
    const fails = (message: RegExp, options = {}) =>
      assert.rejects(() => loadPaperModels(places, options), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      });
    await fails(/expected a readable file, got nothing there/, { adapter: join(folder, "none.bin") });
    await fails(/expected an adapter, got an autoencoder/, {
      adapter: join(folder, "vae/diffusion_pytorch_model.safetensors"),
    });
    const wide = { ...VISION, hidden_size: 20 };
    writeFileSync(join(folder, "image_encoder/config.json"), JSON.stringify(wide));
    writeFileSync(
      join(folder, "image_encoder/model.safetensors"),
      writeSafetensors(initVisionTower(key(4), wide)),
    );
    await fails(/expected an adapter for an image encoder 20 wide, got one for 10/);
    writeFileSync(join(folder, "vae/config.json"), "{");
    rmSync(join(folder, "image_encoder"), { recursive: true });
    await fails(
      /Loading the image encoder .* failed: expected image_encoder\/model\.safetensors in .*--download fetches it/,
    );
  }));
