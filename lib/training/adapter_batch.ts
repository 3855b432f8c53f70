/**
 * Batches of an adapter's training (Sec. 3.5, IP-Adapter's recipe): noise, timesteps and dropout sampled from one key, so that a resumed training
 * sees what an undisturbed one would. A dropped image is the all-zeros input's tokens, a dropped text the empty prompt.
 */
import { type Feed, fold, type Key, type Stream, stream } from "../engine/mod.ts";
import type { NoiseSchedule } from "../diffusion/mod.ts";
import type { AdapterRecipe } from "./adapter_recipe.ts";
import { lossWeights, type NoisyBatch, noisyBatch } from "./noise_prediction.ts";

/** One training item, as arrays. */
export interface AdapterItem {
  /** Target's scaled latents [channel side side]. */
  readonly latent: Float32Array;
  /** Condition's image tokens [tokens width]. */
  readonly image: Float32Array;
  /** Prompt's word ids. */
  readonly ids: Int32Array;
  /** The instruction [words width]; absent for IPAdapter+. */
  readonly instruction?: Float32Array;
}

/** A task's items. */
export interface AdapterItems {
  /** How many there are. */
  readonly items: number;
  /** Item `index`, its wording sampled from `random`. */
  item(index: number, random: Stream): AdapterItem;
}

/** What every batch of a training has in common. */
export interface BatchOptions {
  /** Noise levels by timestep. */
  readonly schedule: NoiseSchedule;
  /** Tokens of the all-zeros image. */
  readonly noImage: Float32Array;
  /** Word ids of the empty prompt. */
  readonly noText: Int32Array;
  /** What of the recipe shapes a batch. */
  readonly recipe: Pick<AdapterRecipe, "drop" | "lossWeighting" | "firstTimestep">;
}

/** A batch's arrays by input. */
export type AdapterFeeds = NoisyBatch & {
  readonly ids: Int32Array;
  readonly image: Float32Array;
  readonly instruction?: Float32Array;
  readonly weights?: Float32Array;
};

/** Which inputs of a sample are dropped, by one number in [0, 1): first the image's share, then the text's, then both's. */
function dropped(
  u: number,
  { image, text, both }: AdapterRecipe["drop"],
): { image: boolean; text: boolean } {
  return {
    image: u < image || (u >= image + text && u < image + text + both),
    text: u >= image && u < image + text + both,
  };
}

/** Arrays of one batch, with noise, timesteps and dropout sampled from `from`. */
export function adapterBatch(
  from: Key,
  items: readonly AdapterItem[],
  { schedule, noImage, noText, recipe }: BatchOptions,
): AdapterFeeds {
  const first = items[0] as AdapterItem;
  const batch = items.length;
  const latents = new Float32Array(batch * first.latent.length);
  const image = new Float32Array(batch * first.image.length);
  const ids = new Int32Array(batch * first.ids.length);
  const instruction = first.instruction && new Float32Array(batch * first.instruction.length);
  const random = stream(fold(from, "drop"));
  items.forEach((item, i) => {
    const drop = dropped(random.float(), recipe.drop);
    latents.set(item.latent, i * item.latent.length);
    image.set(drop.image ? noImage : item.image, i * item.image.length);
    ids.set(drop.text ? noText : item.ids, i * item.ids.length);
    if (instruction && item.instruction) instruction.set(item.instruction, i * item.instruction.length);
  });
  const noisy = noisyBatch(from, schedule, latents, { batch, firstTimestep: recipe.firstTimestep });
  const weights = lossWeights(recipe.lossWeighting, schedule, noisy.timestep);
  return { ...noisy, ids, image, ...(instruction ? { instruction } : {}), ...(weights ? { weights } : {}) };
}

/** Arrays of one batch with the tasks mixed evenly: each sample's task is sampled, then its item. */
export function mixedBatch(
  from: Key,
  tasks: readonly AdapterItems[],
  { batch, ...options }: BatchOptions & { readonly batch: number },
): Record<string, Feed> {
  const random = stream(fold(from, "items"));
  const items = Array.from({ length: batch }, () => {
    const task = random.pick(tasks);
    return task.item(random.int(0, task.items - 1), random);
  });
  return { ...adapterBatch(from, items, options) };
}
