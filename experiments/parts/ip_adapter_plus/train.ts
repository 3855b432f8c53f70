/** Recipe of the mini IPAdapter+: condition = target, the start of every Instruct model (Sec. 3.5). */
import { combine, fold, key, prefixed, stream } from "../../../lib/engine/mod.ts";
import { initImageContext, initResampler } from "../../../lib/adapter/mod.ts";
import { visionTokens } from "../../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../../lib/diffusion/mod.ts";
import type { Bank } from "../../../lib/tasks/mod.ts";
import {
  adapterBatch,
  type AdapterItem,
  type AdapterRecipe,
  compileAdapterStep,
} from "../../../lib/training/mod.ts";
import { loadBase, loadVae, loadVision } from "../../mini/frozen.ts";
import { MINI_RESAMPLER } from "../../mini/models.ts";
import { imageEncoder, latentEncoder } from "../../mini/programs.ts";
import { MINI_RECIPE } from "../../setting/scales.ts";
import { imagePool } from "../image_pool.ts";
import type { PrepareOptions, Training } from "../part.ts";

export const POOL = 16_000;
const PART = 500;
/** A caption tells most of a mini scene: with IP-Adapter's 5 % the adapter would hardly be asked for what the image shows. */
export const DROP = { image: 0.05, text: 0.3, both: 0.05 };
const RECIPE: AdapterRecipe = { ...MINI_RECIPE, drop: DROP };

/** Encodes the scenes and compiles the step. */
export async function prepare(
  bank: Bank,
  { recipe, batches, notify, compile }: PrepareOptions,
): Promise<Training> {
  const base = await loadBase();
  const vision = await loadVision("encoder");
  const [latents, features] = [await latentEncoder(await loadVae()), await imageEncoder(vision)];
  const items: { latent: Float16Array; image: Float16Array }[] = [];
  const captions: string[] = [];
  for (let first = 0; first < POOL; first += PART) {
    const { images, captions: words } = imagePool(bank, 40_000_000 + first, { count: PART });
    const [targets, conditions] = [await latents.run(images), await features.run(images)];
    targets.forEach((latent, i) =>
      items.push({ latent: Float16Array.from(latent), image: Float16Array.from(conditions[i]!.tokens) })
    );
    captions.push(...words);
  }
  const ids = base.tokenizer.encode(captions);
  const length = base.tokenizer.length;
  const noImage = await features.zero();
  const noText = base.tokenizer.encode([""]);
  await latents.dispose();
  await features.dispose();
  notify(`${POOL} scenes encoded`);
  const step = await compileAdapterStep({
    compile,
    ...base,
    projection: MINI_RESAMPLER,
    adapter: combine(
      prefixed(initResampler(fold(key(recipe.seed), "resampler"), MINI_RESAMPLER), "image_proj"),
      prefixed(initImageContext(base.unet.config, base.unet.params), "ip_adapter"),
    ),
    batch: recipe.batch,
    imageTokens: visionTokens(vision.config),
    recipe: { ...RECIPE, optimizer: recipe.optimizer ?? RECIPE.optimizer },
    ...(recipe.emaDecay === undefined ? {} : { emaDecay: recipe.emaDecay }),
  });
  const options = { schedule: noiseSchedule(SD_SCHEDULE), noImage, noText, recipe: RECIPE };
  return {
    step,
    batch: (index) => {
      const own = fold(batches, "batch", index);
      const random = stream(fold(own, "items"));
      const batch = Array.from({ length: recipe.batch }, (): AdapterItem => {
        const at = random.int(0, POOL - 1);
        const { latent, image } = items[at]!;
        return {
          latent: Float32Array.from(latent),
          image: Float32Array.from(image),
          ids: ids.subarray(at * length, (at + 1) * length),
        };
      });
      return { ...adapterBatch(own, batch, options) };
    },
    finish: () => Promise.resolve({ tensors: step.weights(), config: { projection: MINI_RESAMPLER } }),
  };
}
