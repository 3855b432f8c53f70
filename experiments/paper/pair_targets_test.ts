import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { compile, fold, key, normal, UserError } from "../../lib/engine/mod.ts";
import { samplePictures } from "../../lib/pipeline/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { openTargets, type TargetKind, type TargetMaker, type TargetSettings } from "./pair_targets.ts";
import { loadPaperModels } from "./paper_models.ts";
import { checkPaperSettings } from "./paper_record.ts";
import { openPaper } from "./pipeline_models.ts";
import { inTinyFolder } from "./testdata/tiny_folder.ts";

const SETTINGS: TargetSettings = { side: 16, steps: 2, guidance: 3, strength: 1, seed: 1 };
const shown = (factor: number): RgbPicture => ({
  width: 16,
  height: 16,
  pixels: Uint8Array.from({ length: 3 * 256 }, (_, i) => (i * factor) % 256),
});
const difference = (a: RgbPicture, b: RgbPicture) =>
  a.pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - b.pixels[i]!)), 0);

/** Runs with open models of each strength. */
const withTargets = (kind: TargetKind, test: (maker: TargetMaker, off: TargetMaker) => Promise<void>) =>
  inTinyFolder(async (_, places) => {
    const open = (strength: number) =>
      openTargets(places, { kind, settings: { ...SETTINGS, strength }, make: compile });
    const [maker, off] = [await open(1), await open(0)];
    try {
      await test(maker, off);
    } finally {
      await maker.close();
      await off.close();
    }
  });

for (const kind of ["scribble", "instant-style"] as const) {
  Deno.test(`openTargets(): what is shown decides with ${kind}, as do prompt and name; without strength it does not`, () =>
    withTargets(kind, async (maker, off) => {
      const item = { name: "a", prompt: "a cat", shown: shown(37) };
      const first = await maker.make(item);
      assert.deepEqual([first.width, first.height], [16, 16]);
      assert.deepEqual(await maker.make(item), first);
      for (const other of [{ shown: shown(91) }, { prompt: "the sea" }, { name: "b" }]) {
        assert.ok(
          difference(first, await maker.make({ ...item, ...other })) > 0,
          Object.keys(other)[0] ?? "",
        );
      }
      assert.deepEqual(await maker.make(item), first);
      assert.ok(difference(await off.make(item), await off.make({ ...item, shown: shown(91) })) <= 1);
    }));
}

Deno.test("openTargets() makes from edges what the pipeline of deno task generate makes of them", () =>
  inTinyFolder(async (_, places) => {
    const maker = await openTargets(places, { kind: "scribble", settings: SETTINGS, make: compile });
    const made = await maker.make({ name: "a", prompt: "a cat", shown: shown(37) });
    await maker.close();
    const settings = checkPaperSettings({
      ...{ width: 16, height: 16, prompt: "a cat", steps: 2, guidance: 3, sampler: "ddim", adapterScale: 0 },
    });
    const models = await loadPaperModels(places, { kind: "plus", controlnet: "scribble" });
    const open = await openPaper(models, { image: shown(5), control: shown(37), settings });
    const item = { ...open.item(0), noise: normal(fold(key(1), "targets", "a"), 4 * 8 * 8) };
    for await (
      const event of samplePictures(open, [item], { steps: 2, guidance: 3, sampler: "ddim", adapterScale: 0 })
    ) {
      if (event.kind === "pictures") assert.ok(difference(event.pictures[0]!, made) <= 1);
    }
    await open.close();
    assert.deepEqual(Object.keys(maker.weights), ["unet", "vae", "text", "controlnet"]);
  }));

Deno.test("openTargets() asks for no adapter where none takes part, and names what is missing or of another size", () =>
  inTinyFolder(async (folder, places) => {
    const open = (kind: TargetKind, settings = SETTINGS) =>
      openTargets(places, { kind, settings, make: compile });
    const fails = (promise: Promise<unknown>, pattern: RegExp) =>
      assert.rejects(promise, (error) => error instanceof UserError && pattern.test(error.message));
    for (const name of ["ip-adapter-plus_sd15.safetensors", "image_encoder/model.safetensors"]) {
      rmSync(join(folder, name));
    }
    await (await open("scribble")).close();
    await fails(open("instant-style"), /Loading the IPAdapter\+.* failed: expected ip-adapter-plus_sd15/);
    await fails(open("scribble", { ...SETTINGS, side: 17 }), /needs sides divisible by 2/);
  }));
