import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { initVisionTower } from "../../lib/clip/mod.ts";
import {
  host,
  inMemory,
  isFileArray,
  key,
  readSafetensors,
  UserError,
  writeSafetensors,
} from "../../lib/engine/mod.ts";
import { loadPaperModels } from "./paper_models.ts";
import { inTinyFolder } from "./testdata/tiny_folder.ts";
import { INSTRUCT, tinyInstruct, tinyUnet, VISION } from "./tiny_models.ts";

Deno.test("loadPaperModels() reads a local folder in diffusers' layout, sizes from its config.json files", () =>
  inTinyFolder(async (_, places) => {
    const models = await loadPaperModels(places);
    assert.deepEqual(inMemory(models.unet.params), tinyUnet());
    assert.deepEqual(models.adapter.config, INSTRUCT);
    assert.deepEqual(inMemory(models.adapter.params), tinyInstruct());
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
    rmSync(join(folder, "instruction_encoder"), { recursive: true });
    await fails(
      /instruction encoder .* expected instruction_encoder\/model\.safetensors in .*models --download fetches it/,
      { adapter: join(folder, "own-instruct.safetensors") },
    );
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

Deno.test("loadPaperModels() names a pointer of Git LFS in the place of any text that it reads", () =>
  inTinyFolder(async (folder, places) => {
    for (const name of ["tokenizer/vocab.json", "tokenizer/merges.txt", "unet/config.json"]) {
      const path = join(folder, name), before = readFileSync(path);
      writeFileSync(path, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n");
      await assert.rejects(() => loadPaperModels(places), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(
          error.message,
          /^Reading \S+ failed: expected the file's own text, got a pointer of Git LFS/,
        );
        assert.ok(error.message.includes(path), error.message);
        return true;
      });
      writeFileSync(path, before);
    }
  }));

Deno.test("loadPaperModels() refuses configurations that ask for what is not built, and parts of different models", () =>
  inTinyFolder(async (folder, places) => {
    const change = (part: string, fields: object) => {
      const path = join(folder, part, "config.json"), before = readFileSync(path, "utf8");
      writeFileSync(path, JSON.stringify({ ...JSON.parse(before), ...fields }));
      return () => writeFileSync(path, before);
    };
    const cases: [string, object, RegExp][] = [
      [
        "text_encoder",
        { hidden_act: "gelu_new" },
        /not built: .*hidden_act gelu or quick_gelu, got "gelu_new"/,
      ],
      ["text_encoder", { num_attention_heads: 5 }, /heads that divide its width, got 5 for 12/],
      ["unet", { norm_num_groups: 3 }, /block_out_channels that its groups and heads divide/],
      ["unet", { act_fn: "gelu" }, /not built: A U-Net here needs act_fn = silu, got "gelu"/],
      ["vae", { act_fn: "relu" }, /not built: An autoencoder here needs act_fn = silu/],
      ["vae", { norm_num_groups: 5 }, /groups divide/],
    ];
    for (const [part, fields, message] of cases) {
      const back = change(part, fields);
      await assert.rejects(() => loadPaperModels(places), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      });
      back();
    }
    const path = join(folder, "unet/diffusion_pytorch_model.safetensors");
    const { tensors } = readSafetensors(readFileSync(path));
    const first = tensors["conv_in.weight"]!, [out = 0, , ...kernel] = first.shape;
    const wide = host(new Float32Array(first.data.length / first.shape[1]! * 9), [out, 9, ...kernel]);
    writeFileSync(path, writeSafetensors({ ...tensors, "conv_in.weight": wide }));
    change("unet", { in_channels: 9 });
    await assert.rejects(() => loadPaperModels(places), /got one for 9: an inpainting model$/);
    renameSync(path, join(folder, "unet/diffusion_pytorch_model-00001-of-00002.safetensors"));
    await assert.rejects(
      () => loadPaperModels(places),
      /got neither; beside it lies diffusion_pytorch_model-00001-of-00002\.safetensors, a part of a sharded file/,
    );
  }));
