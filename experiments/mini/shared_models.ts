/** Models and artwork that several stages of one process use: each loaded once, when first asked for; a failure is not kept. */
import {
  createSentenceEmbedder,
  loadSentenceEncoder,
  SENTENCE_WIDTH,
  type SentenceEmbedder,
} from "../../lib/clip/mod.ts";
import { type Bank, type CacheEvent, loadBank } from "../../lib/tasks/mod.ts";
import type { Device } from "../setting/experiment.ts";
import { loadBase, loadPlus, loadVae, loadVision } from "./frozen.ts";
import { onDevice, shared } from "../adapters/shared.ts";
import { imageEncoder, latentDecoder, latentEncoder } from "./programs.ts";

export { onDevice, shared };

/** What happened to the artwork's cache, in a sentence. */
function cacheNotice(event: Exclude<CacheEvent, { readonly kind: "built" }>): string {
  switch (event.kind) {
    case "building":
      return `drawing ${event.path} (once)`;
    case "corrupted":
      return `${event.path} is damaged and is drawn again`;
    case "unsaved":
      return `keeping ${event.path} failed: ${event.reason}`;
  }
}

/** The artwork; `cacheFolder` is where it is kept. */
export const sharedBank = (
  options: { cacheFolder?: string; notice?: (text: string) => void } = {},
): Promise<Bank> =>
  shared("bank", () =>
    loadBank({
      ...(options.cacheFolder ? { cacheDir: options.cacheFolder } : {}),
      onEvent: (event) => {
        if (event.kind !== "built") options.notice?.(cacheNotice(event));
      },
    }));
export const sharedVision = (part: "encoder" | "judge") => shared(part, () => loadVision(part));
export const sharedBase = () => shared("base", loadBase);
export const sharedPlus = () => shared("plus", async () => await loadPlus(await sharedBase()));
export const sharedVae = () => shared("vae", loadVae);

export const sharedImageEncoder = (part: "encoder" | "judge", device: Device) =>
  shared(`${part} on ${device}`, async () => await imageEncoder(await sharedVision(part), onDevice(device)));
export const sharedLatentEncoder = (device: Device) =>
  shared(`latents on ${device}`, async () => await latentEncoder(await sharedVae(), onDevice(device)));
export const sharedLatentDecoder = (device: Device) =>
  shared(`decoder on ${device}`, async () => await latentDecoder(await sharedVae(), onDevice(device)));
export const sharedEmbedder = (device: Device): Promise<SentenceEmbedder> =>
  shared(
    `sentences on ${device}`,
    async () => createSentenceEmbedder(await loadSentenceEncoder(), { batch: 16, compile: onDevice(device) }),
  );

/** Unit vectors of texts in the joint space, one [512] each. */
export async function sentenceVectors(texts: readonly string[], device: Device): Promise<Float32Array[]> {
  const rows = await (await sharedEmbedder(device)).embed(texts);
  return texts.map((_, i) => rows.slice(i * SENTENCE_WIDTH, (i + 1) * SENTENCE_WIDTH));
}
