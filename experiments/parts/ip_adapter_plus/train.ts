/** Recipe of the mini IPAdapter+: condition = target, the start of every Instruct model (Sec. 3.5). */
import { combine, type Feed, fold, type Key, key, prefixed, stream } from "../../../lib/engine/mod.ts";
import { initImageContext, initResampler, type ResamplerConfig } from "../../../lib/adapter/mod.ts";
import { type CaptionTokenizer, visionTokens } from "../../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../../lib/diffusion/mod.ts";
import type { Bank } from "../../../lib/tasks/mod.ts";
import {
  adapterBatch,
  type AdapterItem,
  type AdapterRecipe,
  type BatchOptions,
  compileAdapterStep,
} from "../../../lib/training/mod.ts";
import { loadBase, loadVae, loadVision } from "../../mini/frozen.ts";
import { MINI_RESAMPLER } from "../../mini/models.ts";
import { imageEncoder, latentEncoder } from "../../mini/programs.ts";
import { MINI_RECIPE } from "../../setting/scales.ts";
import { imagePool } from "../image_pool.ts";
import type { PrepareOptions, Training } from "../part.ts";

export const POOL = 40_000;
const PART = 500;
/** First of the scenes in the pre-training stream. */
const FIRST = 40_000_000;
/** A caption tells most of a mini scene: with IP-Adapter's 5 % the adapter would hardly be asked for what the image shows. */
export const DROP = { image: 0.05, text: 0.3, both: 0.05 };
export const RECIPE: AdapterRecipe = { ...MINI_RECIPE, drop: DROP };

/** Scenes as what they are made from and what is shown of them. */
export interface PlusPool {
  /** Tokens of the all-zeros image. */
  readonly noImage: Float32Array;
  /** A batch of so many scenes, sampled from a key. */
  batch(from: Key, size: number, recipe: BatchOptions["recipe"]): Record<string, Feed>;
}

/** Encodes consecutive scenes of the pre-training stream, from item `first` on. */
export async function plusPool(
  bank: Bank,
  { first, pool, tokenizer }: { first: number; pool: number; tokenizer: CaptionTokenizer },
): Promise<PlusPool> {
  const [latents, features] = [
    await latentEncoder(await loadVae()),
    await imageEncoder(await loadVision("encoder")),
  ];
  const items: { latent: Float16Array; image: Float16Array }[] = [];
  const captions: string[] = [];
  for (let done = 0; done < pool; done += PART) {
    const { images, captions: words } = imagePool(bank, first + done, { count: Math.min(PART, pool - done) });
    const [targets, conditions] = [await latents.run(images), await features.run(images)];
    targets.forEach((latent, i) =>
      items.push({ latent: Float16Array.from(latent), image: Float16Array.from(conditions[i]!.tokens) })
    );
    captions.push(...words);
  }
  const noImage = await features.zero();
  await latents.dispose();
  await features.dispose();
  const ids = tokenizer.encode(captions);
  const { length } = tokenizer;
  const noText = tokenizer.encode([""]);
  const schedule = noiseSchedule(SD_SCHEDULE);
  return {
    noImage,
    batch(from, size, recipe) {
      const random = stream(fold(from, "items"));
      const batch = Array.from({ length: size }, (): AdapterItem => {
        const at = random.int(0, pool - 1);
        const { latent, image } = items[at]!;
        return {
          latent: Float32Array.from(latent),
          image: Float32Array.from(image),
          ids: ids.subarray(at * length, (at + 1) * length),
        };
      });
      return { ...adapterBatch(from, batch, { schedule, noImage, noText, recipe }) };
    },
  };
}

/** Trains by the committed recipe. */
export function prepare(bank: Bank, options: PrepareOptions): Promise<Training> {
  return preparePlus(bank, options, { adapterRecipe: RECIPE, pool: POOL, projection: MINI_RESAMPLER });
}

/** Encodes the scenes and compiles the step. */
export async function preparePlus(
  bank: Bank,
  { recipe, batches, notify, compile }: PrepareOptions,
  { adapterRecipe, pool, projection }: {
    adapterRecipe: AdapterRecipe;
    pool: number;
    projection: ResamplerConfig;
  },
): Promise<Training> {
  const base = await loadBase();
  const vision = await loadVision("encoder");
  const scenes = await plusPool(bank, { first: FIRST, pool, tokenizer: base.tokenizer });
  notify(`${pool} scenes encoded`);
  const step = await compileAdapterStep({
    compile,
    ...base,
    projection,
    adapter: combine(
      prefixed(initResampler(fold(key(recipe.seed), "resampler"), projection), "image_proj"),
      prefixed(initImageContext(base.unet.config, base.unet.params), "ip_adapter"),
    ),
    batch: recipe.batch,
    imageTokens: visionTokens(vision.config),
    recipe: { ...adapterRecipe, optimizer: recipe.optimizer ?? adapterRecipe.optimizer },
    ...(recipe.emaDecay === undefined ? {} : { emaDecay: recipe.emaDecay }),
  });
  return {
    step,
    batch: (index) => scenes.batch(fold(batches, "batch", index), recipe.batch, adapterRecipe),
    finish: () => Promise.resolve({ tensors: step.weights(), config: { projection } }),
  };
}
