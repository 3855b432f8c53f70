/** Captioned pictures as a training of the denoiser reads them: latents and word ids in memory, and noisy batches of them by step number. */
import { joinedRows } from "../../lib/engine/joined.ts";
import { type Feed, fold, type Key, stream } from "../../lib/engine/mod.ts";
import type { CaptionTokenizer } from "../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../lib/diffusion/mod.ts";
import type { Rgb } from "../../lib/tasks/mod.ts";
import { noisyBatch, velocityWeights } from "../../lib/training/mod.ts";
import { loadVae } from "../mini/frozen.ts";
import { latentEncoder } from "../mini/programs.ts";

const PART = 500;

/** A batch and which items it was made of. */
export interface CaptionedBatch {
  readonly items: readonly number[];
  /** `sample`, `timestep`, `noise`, `weights` (of an error of v), `ids`, and `tokens` where pictures have any. */
  readonly feeds: Record<string, Feed>;
}

/** Encodes `size` pictures; `compose` gives picture and caption of one by its number, in order. */
export async function captionedPool(
  compose: (index: number) => { readonly image: Rgb; readonly caption: string },
  options: {
    readonly size: number;
    readonly tokenizer: CaptionTokenizer;
    /** Share of captions replaced by the empty one. */
    readonly captionDrop: number;
    /** Noises that a sample's nearest is taken of; 1 if absent. */
    readonly candidates?: number;
    /** An encoder's tokens of the clean pictures, which batches then have as `tokens`. */
    readonly tokens?: (images: readonly Rgb[]) => Promise<Float32Array[]>;
  },
): Promise<(own: Key, batch: number) => CaptionedBatch> {
  const { size, tokenizer, captionDrop, candidates = 1, tokens } = options;
  const encoder = await latentEncoder(await loadVae());
  const latents: Float32Array[] = [];
  const extracted: Float32Array[] = [];
  const captions: string[] = [];
  for (let first = 0; first < size; first += PART) {
    const items = Array.from({ length: Math.min(PART, size - first) }, (_, i) => compose(first + i));
    const images = items.map(({ image }) => image);
    latents.push(...await encoder.run(images));
    if (tokens) extracted.push(...await tokens(images));
    captions.push(...items.map(({ caption }) => caption));
  }
  await encoder.dispose();
  const ids = tokenizer.encode(captions);
  const empty = tokenizer.encode([""]);
  const { length } = tokenizer;
  const schedule = noiseSchedule(SD_SCHEDULE);
  return (own, batch) => {
    const random = stream(fold(own, "items"));
    const width = (latents[0] as Float32Array).length;
    const z0 = new Float32Array(batch * width);
    const words = new Int32Array(batch * length);
    const items = Array.from({ length: batch }, (_, i) => {
      const item = random.int(0, size - 1);
      z0.set(latents[item] as Float32Array, i * width);
      words.set(
        random.bool(captionDrop) ? empty : ids.subarray(item * length, (item + 1) * length),
        i * length,
      );
      return item;
    });
    const noisy = noisyBatch(own, schedule, z0, { batch, candidates });
    const feeds = { ...noisy, weights: velocityWeights(schedule, noisy.timestep), ids: words };
    return {
      items,
      feeds: tokens ? { ...feeds, tokens: joinedRows(items.map((item) => extracted[item]!)) } : feeds,
    };
  };
}
