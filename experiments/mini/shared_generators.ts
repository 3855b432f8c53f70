/** Compiled generators for adapters on the mini base, made once per process: adapter weights are arguments, so one serves all of a kind. */
import type { HostParams } from "../../lib/engine/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import type { Device } from "../setting/experiment.ts";
import type { ProjectionConfig } from "../../lib/adapter/mod.ts";
import { createGenerator, type Generator, type GeneratorParts } from "./generator.ts";
import { once, onDevice, sharedBase, sharedImageEncoder, sharedVision } from "./shared_models.ts";

/** What a generator must know of a kind of adapter. `like`: any adapter of the kind, for its shapes. */
export async function adapterPart(
  projection: ProjectionConfig,
  like: HostParams,
  { device, words = 1 }: { device: Device; words?: number },
): Promise<NonNullable<GeneratorParts["adapter"]>> {
  const { config } = await sharedVision("encoder");
  return {
    projection,
    words,
    like,
    imageShape: [visionTokens(config), config.hidden_size],
    noImage: await (await sharedImageEncoder("encoder", device)).zero(),
  };
}

/** The generator for a kind of adapter that makes `batch` images per run of the denoiser; `words` are the instruction's tokens, 1 if absent. */
export function sharedGenerator(
  projection: ProjectionConfig,
  like: HostParams,
  { batch, device, words = 1 }: { batch: number; device: Device; words?: number },
): Promise<Generator> {
  const id = JSON.stringify([projection, words, batch, device]);
  const make = async () =>
    await createGenerator({
      base: await sharedBase(),
      batch,
      adapter: await adapterPart(projection, like, { device, words }),
    }, onDevice(device));
  return once(`generator ${id}`, make);
}
