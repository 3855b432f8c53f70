/** The mini scale's record of models for sampling, and generators made once per process: adapter weights are arguments, so one serves all of a kind. */
import type { ProjectionConfig } from "../../lib/adapter/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import type { HostParams } from "../../lib/engine/mod.ts";
import { createGenerator, type Generator, type PipelineModels } from "../../lib/pipeline/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { SIZE } from "../../lib/tasks/mod.ts";
import type { Device } from "../setting/experiment.ts";
import {
  onDevice,
  shared,
  sharedBase,
  sharedImageEncoder,
  sharedLatentDecoder,
  sharedVision,
} from "./shared_models.ts";

/** What a kind of adapter reads, and how it is attended to. */
interface AdapterKind {
  readonly device: Device;
  /** The instruction's tokens; 1 if absent. */
  readonly words?: number | undefined;
  /** Whether image tokens stand in place of the text's; beside them if absent. */
  readonly replacesText?: boolean | undefined;
}

/** What a generator must know of a kind of adapter. `like`: any adapter of the kind, for its shapes. */
export async function adapterPart(
  projection: ProjectionConfig,
  like: HostParams,
  { device, words = 1, replacesText = false }: AdapterKind,
): Promise<NonNullable<PipelineModels["adapter"]>> {
  const { config } = await sharedVision("encoder");
  return {
    projection,
    words,
    replacesText,
    like,
    imageShape: [visionTokens(config), config.hidden_size],
    noImage: await (await sharedImageEncoder("encoder", device)).zero(),
  };
}

/** The generator for a kind of adapter that makes `batch` images per run of the denoiser. */
export function sharedGenerator(
  projection: ProjectionConfig,
  like: HostParams,
  { batch, ...kind }: AdapterKind & { readonly batch: number },
): Promise<Generator> {
  const { device, words = 1, replacesText = false } = kind;
  const id = JSON.stringify([projection, words, replacesText, batch, device]);
  const make = async () =>
    await createGenerator({
      base: await sharedBase(),
      batch,
      adapter: await adapterPart(projection, like, kind),
    }, onDevice(device));
  return shared(`generator ${id}`, make);
}

/** Pictures [64 64 3] of scaled latents. */
export async function decodeLatents(
  latents: readonly Float32Array[],
  device: Device,
): Promise<RgbPicture[]> {
  const pictures = await (await sharedLatentDecoder(device)).run(latents);
  return pictures.map((pixels) => ({ width: SIZE, height: SIZE, pixels }));
}
