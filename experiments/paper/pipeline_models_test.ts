import assert from "node:assert/strict";
import { join } from "node:path";
import { type AnyInstructConfig, imageContext, instructResampler } from "../../lib/adapter/mod.ts";
import { preprocessImage, textTower, visionTower } from "../../lib/clip/mod.ts";
import { unet, vaeDecode } from "../../lib/diffusion/mod.ts";
import {
  eager,
  fold,
  type HostArray,
  key,
  leaf,
  normal,
  prefixed,
  scope,
  type Tensor,
  UserError,
} from "../../lib/engine/mod.ts";
import { guidancePlan, type MakeProgram, runOnce, samplePictures } from "../../lib/pipeline/mod.ts";
import type { Places } from "./locate_file.ts";
import { checkChain } from "./adapter_checks.ts";
import { loadPaperModels, type PaperModels } from "./paper_models.ts";
import { checkPaperSettings } from "./paper_record.ts";
import { openPaper, type PaperSettings } from "./pipeline_models.ts";
import { inTinyFolder } from "./testdata/tiny_folder.ts";

const PLAIN: MakeProgram = (fn, parts) => eager(fn, parts, { backend: "cpu" });
const IMAGE = { width: 16, height: 16, pixels: Uint8Array.from({ length: 768 }, (_, i) => (i * 37) % 256) };
const TEXTS = { instruction: "the sea", prompt: "a photo of a cat", negative: "a dog" };
const SETTINGS = {
  ...checkPaperSettings({ ...TEXTS, width: 16, height: 24, steps: 3, adapterScale: 2, guidance: 4 }),
};
// Scales far apart and large, since a tiny image encoder says little.
const CHAIN = { ...SETTINGS, guidance: 15, instructGuidance: 25, imageGuidance: 30 };

async function sampled(models: PaperModels, settings: PaperSettings): Promise<Uint8Array> {
  const request = await openPaper(models, { image: IMAGE, settings });
  try {
    for await (const event of samplePictures(request, [request.item(0)], settings)) {
      if (event.kind === "pictures") return event.pictures[0]!.pixels;
    }
    throw new Error("nothing was sampled");
  } finally {
    await request.close();
  }
}

const largestDifference = (a: Uint8Array, b: Uint8Array) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

/** One prediction, of batch 1: the noise that the U-Net finds in `sample` given these four things. */
async function prediction(
  models: PaperModels,
  given: { text: string; instruction: string; prompt: string; image: boolean },
  { sample, timestep }: { sample: Float32Array; timestep: number },
): Promise<Float32Array> {
  const { adapter, vision, tokenizer, processor } = models;
  const states = (text: string): Promise<HostArray> =>
    runOnce(PLAIN, (p, fed) => textTower(p, models.text.config, leaf(fed, "ids")).lastHiddenState, {
      model: models.text,
      inputs: { ids: { dtype: "int32", shape: [1, tokenizer.length], data: tokenizer.encode([text]) } },
    });
  const pixels = preprocessImage({ ...IMAGE, data: IMAGE.pixels }, processor);
  const features = await runOnce(
    PLAIN,
    (p, fed) => visionTower(p, vision.config, leaf(fed, "pixels")).penultimate,
    {
      model: vision,
      inputs: {
        pixels: { dtype: "float32", shape: [1, 3, 16, 16], data: given.image ? pixels : pixels.map(() => 0) },
      },
    },
  );
  const params = { ...prefixed(models.unet.params, "unet"), ...adapter.params };
  return (await runOnce(PLAIN, (p, fed) => {
    const tokens = instructResampler(scope(p, "image_proj"), {
      imageEmbeds: leaf(fed, "features"),
      instructEmbeds: leaf(fed, "instruction"),
      promptEmbeds: leaf(fed, "prompt"),
    }, adapter.config as AnyInstructConfig);
    return unet(scope(p, "unet"), models.unet.config, {
      sample: leaf(fed, "sample"),
      timestep: leaf(fed, "timestep"),
      text: leaf(fed, "text"),
      imageContexts: [imageContext(p, tokens, { scale: SETTINGS.adapterScale })],
    });
  }, {
    model: { config: {}, params },
    inputs: {
      features,
      instruction: await states(given.instruction),
      prompt: await states(given.prompt),
      text: await states(given.text),
      sample: { dtype: "float32", shape: [1, 4, 12, 8], data: sample },
      timestep: { dtype: "float32", shape: [1], data: Float32Array.of(timestep) },
    },
  })).data as Float32Array;
}

/** The picture that the authors' four predictions give, each made alone, by three steps of DDIM written out. */
async function chainByHand(models: PaperModels): Promise<Uint8Array> {
  const { instruction, prompt, negative } = TEXTS;
  const { alphasCumprod } = models.schedule;
  let sample = normal(fold(key(SETTINGS.seed), 0), 4 * 12 * 8);
  for (const timestep of [667, 334, 1]) {
    const ask = (given: Parameters<typeof prediction>[1]) => prediction(models, given, { sample, timestep });
    const uncond = await ask({ text: negative, instruction: "", prompt: negative, image: false });
    const imageOnly = await ask({ text: negative, instruction: negative, prompt: negative, image: true });
    const everything = await ask({ text: negative, instruction: "everything", prompt, image: true });
    const full = await ask({ text: prompt, instruction, prompt, image: true });
    const noise = uncond.map((value, i) =>
      value + 25 * (full[i]! - everything[i]!) + 15 * (everything[i]! - imageOnly[i]!) +
      30 * (imageOnly[i]! - value)
    );
    const alpha = alphasCumprod[timestep]!, next = alphasCumprod[Math.max(0, timestep - 333)]!;
    sample = sample.map((value, i) => {
      const clean = (value - Math.sqrt(1 - alpha) * noise[i]!) / Math.sqrt(alpha);
      return Math.sqrt(next) * clean + Math.sqrt(1 - next) * noise[i]!;
    });
  }
  const { data } = await runOnce(
    PLAIN,
    (p, fed) => vaeDecode(p, models.vae.config, fed.latents as Tensor),
    { model: models.vae, inputs: { latents: { dtype: "float32", shape: [1, 4, 12, 8], data: sample } } },
  );
  const area = 16 * 24;
  return Uint8Array.from({ length: 3 * area }, (_, i) => {
    const value = data[(i % 3) * area + Math.floor(i / 3)] as number;
    return Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)));
  });
}

const withModels = (test: (models: PaperModels, places: Places) => Promise<void>) =>
  inTinyFolder(async (_, places) => await test(await loadPaperModels(places), places));

Deno.test("openPaper() chains the authors' four predictions as the same are chained one by one", () =>
  withModels(async (models) => {
    const chained = await sampled(models, CHAIN);
    assert.ok(largestDifference(chained, await chainByHand(models)) <= 1);
    // No other guidance gives that picture.
    const others = [
      SETTINGS,
      { ...CHAIN, instructGuidance: 5 },
      { ...CHAIN, imageGuidance: 1 },
      { ...CHAIN, guidance: 5 },
    ];
    for (const other of others) {
      assert.ok(largestDifference(chained, await sampled(models, other)) > 2, JSON.stringify(other));
    }
  }));

Deno.test("openPaper() samples with three equal scales what ordinary guidance by that scale samples", () =>
  withModels(async (models) => {
    const equal = { ...SETTINGS, instructGuidance: 4, imageGuidance: 4 };
    assert.ok(largestDifference(await sampled(models, equal), await sampled(models, SETTINGS)) <= 1);
  }));

Deno.test("guidancePlan() gives two predictions, and four where the instruction's scale is given", () => {
  assert.deepEqual(guidancePlan({ guidance: 5 }).scales, [5]);
  assert.deepEqual(guidancePlan({ guidance: 5, instructGuidance: 2 }).scales, [1, 5, 2]);
  assert.equal(guidancePlan({ guidance: 5, instructGuidance: 2, imageGuidance: 3 }).passes.length, 4);
});

Deno.test("checkChain() refuses adapters that read no prompt, checkPaperSettings() half of the scales", () =>
  inTinyFolder(async (folder, places) => {
    const own = await loadPaperModels(places, { adapter: join(folder, "own-instruct.safetensors") });
    assert.throws(() => checkChain(own.adapter.config, { instructGuidance: 6 }), UserError);
    checkChain(own.adapter.config, {});
    assert.throws(() => checkPaperSettings({ imageGuidance: 1 }), /--image-guidance goes with/);
    assert.throws(() => checkPaperSettings({ instructGuidance: 31 }), /from 0 to 30, got "31"/);
    assert.equal(checkPaperSettings({ instructGuidance: 2 }).imageGuidance, 1);
    assert.equal("imageGuidance" in checkPaperSettings({}), false);
  }));
