/** Pictures of an adapter at the paper's scale, one at a time: what the stages that measure adapters share. */
import { encoderWidth } from "../../lib/adapter/mod.ts";
import type { HostParams } from "../../lib/engine/mod.ts";
import { createGenerator, type Generator, guidancePlan } from "../../lib/pipeline/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { Device } from "../setting/experiment.ts";
import { inSlot } from "./open_slots.ts";
import { controlImage } from "../../lib/pipeline/mod.ts";
import type { PaperBase } from "./paper_models.ts";
import { type OpenDecoder, openDecoder } from "./pipeline_models.ts";
import { makeOn, openId, scorersFor, type StageModels } from "./stage_models.ts";

/** What samples with every adapter of a kind. */
interface OpenSampler {
  readonly generator: Generator;
  readonly decoder: OpenDecoder;
  dispose(): Promise<void>;
}

/** The sampler of a kind of adapter, with a ControlNet or without, a picture at a time; the only one in memory. */
function samplerFor(
  models: StageModels,
  { instructed, guidance, device, controlnet }: SamplingSetting,
  like: HostParams,
): Promise<OpenSampler> {
  const { unet, text, tokenizer, schedule, plus, instruct, latentSide } = models;
  const projection = instructed ? instruct : plus.projection;
  const { passes } = guidancePlan({ guidance });
  const id = openId(models, device, projection.class, passes.length, controlnet?.model.file ?? "none");
  return inSlot("sampling", id, async () => {
    const make = makeOn(device);
    const { reader } = await scorersFor(models, device);
    const noImage = await reader.none();
    const sides = { height: latentSide, width: latentSide };
    const generator = await createGenerator({
      base: { unet, text, tokenizer },
      adapter: {
        projection,
        like,
        imageShape: [noImage.length / encoderWidth(projection), encoderWidth(projection)],
        noImage,
      },
      ...(controlnet ? { controlnet: controlnet.model } : {}),
      schedule,
      batch: 1,
      passes,
      sides,
    }, { engine: make });
    const decoder = await openDecoder(models, sides, make);
    return {
      generator,
      decoder,
      async dispose() {
        for (const part of [generator, decoder]) await part.dispose();
      },
    };
  });
}

/** What a picture is sampled from. */
export interface SampledItem {
  readonly prompt: string;
  readonly condition: RgbPicture;
  /** Read by adapters that take one. */
  readonly instruction: string;
  /** {@link latentCount} numbers. */
  readonly noise: Float32Array;
  /** What a ControlNet is shown, of the pictures' size. */
  readonly control?: RgbPicture;
}

/** How. */
export interface SamplingSetting {
  /** Whether the adapter takes an instruction, else it is an IPAdapter+. */
  readonly instructed: boolean;
  /** λ of the image attention. */
  readonly adapterScale: number;
  /** A ControlNet, and the factor of its residuals. */
  readonly controlnet?: { readonly model: NonNullable<PaperBase["controlnet"]>; readonly scale: number };
  readonly steps: number;
  readonly guidance: number;
  readonly device: Device;
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/** A picture, and the latents that it was decoded from. */
export interface SampledPicture {
  readonly picture: RgbPicture;
  readonly latents: Float32Array;
}

/** Numbers in a picture's latents. */
export const latentCount = ({ unet, latentSide }: StageModels): number =>
  unet.config.in_channels * latentSide ** 2;

/** @throws RangeError where an item lacks what its ControlNet is shown. */
function shownTo({ model }: NonNullable<SamplingSetting["controlnet"]>, control?: RgbPicture): Uint8Array {
  if (control !== undefined) return control.pixels;
  throw new RangeError(`Sampling with the ControlNet ${model.file} needs what it is shown, got none`);
}

/** A picture per item. */
export async function samplePictures(
  models: StageModels,
  items: readonly SampledItem[],
  adapter: HostParams,
  setting: SamplingSetting,
): Promise<SampledPicture[]> {
  const { instructed, adapterScale, controlnet, steps, guidance, device, progress } = setting;
  const { reader, text } = await scorersFor(models, device);
  const { generator, decoder } = await samplerFor(models, setting, adapter);
  const given = [];
  const read = new Map<RgbPicture, Float32Array>();
  for (const { prompt, condition, instruction, noise, control } of items) {
    const image = read.get(condition) ?? (await reader.read(condition)).tokens;
    read.set(condition, image);
    given.push({
      ids: models.tokenizer.encode([prompt], { truncate: true }),
      image,
      ...(instructed ? { instruction: await text(instruction) } : {}),
      ...(controlnet ? { control: controlImage(shownTo(controlnet, control)) } : {}),
      noise,
    });
  }
  const all = await generator.generate(given, {
    adapter,
    adapterScale,
    ...(controlnet ? { controlScale: controlnet.scale } : {}),
    steps,
    guidance,
    ...(progress ? { progress } : {}),
  });
  const pictures = await decoder.decode(all);
  return all.map((latents, i) => ({ picture: pictures[i] as RgbPicture, latents }));
}
