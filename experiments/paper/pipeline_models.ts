/**
 * The paper scale's record of models for sampling: condition image → ViT-H/14, instruction of the paper's own design → ViT-H/14's text
 * tower; the rest is the pipeline's. One model is in memory at a time, beside the denoiser.
 */
import { preprocessImage, visionTower } from "../../lib/clip/mod.ts";
import { decoderHalf, vaeDecode, vaeFactor } from "../../lib/diffusion/mod.ts";
import { compile, fold, type HostArray, key, leaf, normal, tf, UserError } from "../../lib/engine/mod.ts";
import {
  type ChainScales,
  controlImage,
  createGenerator,
  guidancePlan,
  type MakeProgram,
  type ModelRun,
  openRun,
  runOnce,
} from "../../lib/pipeline/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { OpenRequest } from "../pictures/prepared.ts";
import type { GenerationSettings } from "../pictures/settings.ts";
import { checkChain, checkInstruction } from "./adapter_checks.ts";
import { instructionInputs, instructionReader } from "./instruction_reader.ts";
import type { PaperModels } from "./paper_models.ts";

/** What is sampled: settings of both scales, the size in pixels, and the scales of the four predictions where these are asked for. */
export interface PaperSettings extends GenerationSettings, ChainScales {
  readonly width: number;
  readonly height: number;
}

/** What the models are shown. */
export interface PaperShown {
  /** The condition. */
  readonly image: RgbPicture;
  /** What the ControlNet is shown, of the settings' size. */
  readonly control?: RgbPicture;
  readonly settings: PaperSettings;
}

/** @throws UserError unless both sides suit the autoencoder; the U-Net takes any, as diffusers' does. */
export function checkSize(
  { vae }: Pick<PaperModels, "vae">,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const factor = vaeFactor(vae.config);
  if (width % factor !== 0 || height % factor !== 0) {
    throw new UserError(`--size needs sides divisible by ${factor}, got ${width}x${height}`);
  }
}

/** Row `i` of an array's first side, flat. */
export function row({ data, shape }: HostArray, i: number): Float32Array {
  const size = data.length / (shape[0] as number);
  return data.slice(i * size, (i + 1) * size) as Float32Array;
}

/** What the projection takes of [zeros, the image]: hidden states, or the pooled vectors of the first IP-Adapter. */
export function imageReader({ vision, adapter }: Pick<PaperModels, "vision" | "adapter">): ModelRun {
  const { config } = vision, side = config.image_size;
  const pooled = adapter.config.class === "ImageProjModel";
  return {
    what: "the image encoder",
    model: vision,
    inputs: { pixels: { dtype: "float32", shape: [2, 3, side, side] } },
    fn: (params, fed) => {
      const features = visionTower(params, config, leaf(fed, "pixels"));
      // The first IP-Adapter's unconditional vector is zero itself.
      return pooled ? tf.mul(features.embeds, tf.tensor2d([[0], [1]])) : features.penultimate;
    },
  };
}

/** What {@link imageReader} is fed of a picture. */
export function imageInputs(
  { vision, processor }: Pick<PaperModels, "vision" | "processor">,
  picture: RgbPicture,
): Record<string, HostArray> {
  const side = vision.config.image_size;
  const pixels = preprocessImage({ ...picture, data: picture.pixels }, processor);
  const data = new Float32Array(2 * pixels.length);
  data.set(pixels, pixels.length);
  return { pixels: { dtype: "float32", shape: [2, 3, side, side], data } };
}

function encodeImage(make: MakeProgram, models: PaperModels, picture: RgbPicture): Promise<HostArray> {
  const { fn, ...parts } = imageReader(models);
  return runOnce(make, fn, { ...parts, inputs: imageInputs(models, picture) });
}

/** From scaled latents [1 channels height width] to pixels [1 3 height width] in [-1, 1]. */
function latentDecoder(
  { vae }: Pick<PaperModels, "vae">,
  sides: { readonly height: number; readonly width: number },
): ModelRun {
  const { config } = vae;
  return {
    what: "the autoencoder",
    model: { ...vae, params: decoderHalf(vae.params) },
    inputs: { latents: { dtype: "float32", shape: [1, config.latent_channels, sides.height, sides.width] } },
    fn: (weights, fed) => vaeDecode(weights, config, leaf(fed, "latents")),
  };
}

/** The projected vector of an instruction [width], for the paper's own design. */
async function encodeInstruction(
  make: MakeProgram,
  models: PaperModels,
  instruction: string,
): Promise<Float32Array> {
  const { fn, ...parts } = instructionReader(models);
  const inputs = instructionInputs(models.tokenizer.encode([instruction]));
  return row(await runOnce(make, fn, { ...parts, inputs }), 0);
}

/** A decoder of latents that stays in memory. */
export interface OpenDecoder {
  /** Of [channels height width] numbers each, one at a time. */
  decode(latents: readonly Float32Array[]): Promise<RgbPicture[]>;
  dispose(): Promise<void>;
}

/** Opens the autoencoder's decoder for latents of these sides. */
export async function openDecoder(
  models: Pick<PaperModels, "vae">,
  sides: { readonly height: number; readonly width: number },
  make: MakeProgram,
): Promise<OpenDecoder> {
  const run = await openRun(make, latentDecoder(models, sides));
  const { config } = models.vae;
  const shape = [1, config.latent_channels, sides.height, sides.width];
  const factor = vaeFactor(config);
  return {
    async decode(latents) {
      const pictures: RgbPicture[] = [];
      for (const data of latents) {
        const pixels = await run.run({ latents: { dtype: "float32", shape, data } });
        pictures.push(toPicture(pixels, { width: factor * sides.width, height: factor * sides.height }));
      }
      return pictures;
    },
    dispose: () => run.dispose(),
  };
}

/** Bytes of an image [1 3 height width] in [-1, 1]. */
function toPicture(
  { data }: HostArray,
  { width, height }: { width: number; height: number },
): RgbPicture {
  const area = width * height;
  const pixels = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) {
      const value = Math.round(((data[c * area + i] as number) + 1) * 127.5);
      pixels[3 * i + c] = Math.min(255, Math.max(0, value));
    }
  }
  return { width, height, pixels };
}

/**
 * Opens the models for what they are shown: encodes image and instruction, and prepares the pipeline.
 *
 * @throws UserError when the size does not suit the models, an instruction is missing or superfluous, or the chain is not for this adapter.
 */
export async function openPaper(
  models: PaperModels,
  { image, control, settings }: PaperShown,
  { make = compile }: { make?: MakeProgram } = {},
): Promise<OpenRequest> {
  const { width, height, instruction, prompt, negative, seed } = settings;
  const { config: projection, params } = models.adapter;
  checkSize(models, settings);
  checkChain(projection, settings);
  checkInstruction(projection, instruction);
  const factor = vaeFactor(models.vae.config);
  const sides = { height: height / factor, width: width / factor };
  const latent = [models.unet.config.in_channels, sides.height, sides.width];
  const seen = await encodeImage(make, models, image);
  const own = projection.class === "ResamplerInstruct" && instruction !== undefined
    ? { instruction: await encodeInstruction(make, models, instruction) }
    : {};
  const { unet, text, tokenizer, controlnet, schedule } = models;
  const generator = await createGenerator({
    base: { unet, text, tokenizer },
    adapter: { projection, params, imageShape: seen.shape.slice(1), noImage: row(seen, 0) },
    ...(controlnet ? { controlnet } : {}),
    schedule,
    large: true,
    batch: 1,
    passes: guidancePlan(settings).passes,
    sides,
  }, { engine: make });
  const item = {
    ids: tokenizer.encode([prompt]),
    negative: tokenizer.encode([negative]),
    image: row(seen, 1),
    ...own,
    ...(instruction === undefined ? {} : { instructionIds: tokenizer.encode([instruction]) }),
    ...(control ? { control: controlImage(control.pixels) } : {}),
  };
  const size = latent.reduce((a, b) => a * b, 1);
  return {
    generator,
    item: (index) => ({ ...item, noise: normal(fold(key(seed), index), size) }),
    async decode(all) {
      const decoder = await openDecoder(models, sides, make);
      try {
        return await decoder.decode(all);
      } finally {
        await decoder.dispose();
      }
    },
    close: () => generator.dispose(),
  };
}
