/** Recipe of the mini IPAdapter+: condition = target, the start of every Instruct model (Sec. 3.5). */
import { combine, fold, key, prefixed, stream } from "../../lib/engine/mod.ts";
import { initImageContext, initResampler } from "../../lib/adapter/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../lib/diffusion/mod.ts";
import {
  adapterBatch,
  type AdapterItem,
  type AdapterRecipe,
  compileAdapterStep,
} from "../../lib/training/mod.ts";
import { loadBase, loadVae, loadVision } from "../mini/frozen.ts";
import { MINI_RESAMPLER } from "../mini/models.ts";
import { imageEncoder, latentEncoder } from "../mini/programs.ts";
import { MINI_RECIPE } from "../setting/scales.ts";
import { imagePool } from "./image_pool.ts";
import type { Recipe } from "./recipe.ts";

const BATCH = 32;
const SEED = 41;
const POOL = 16_000;
const PART = 500;
/** A caption tells most of a mini scene: with IP-Adapter's 5 % the adapter would hardly be asked for what the image shows. */
const DROP = { image: 0.05, text: 0.3, both: 0.05 };
const RECIPE: AdapterRecipe = { ...MINI_RECIPE, drop: DROP };

export const IP_ADAPTER_PLUS_RECIPE: Recipe = {
  part: "ip-adapter-plus",
  // The committed one was trained four times: 2,000 steps under min-SNR weights, 2,200 as an error of v, 2,400 on twice as many scenes, the rest on the
  // last base and encoder.
  steps: 12_000,
  batchSize: BATCH,
  seed: SEED,
  reads: ["vae", "encoder", "base"],
  schedule: (steps) => ({ kind: "linear", lr: 1e-3, warmup: 50, total: steps }),
  summary:
    `Resampler, keys and values trained to reproduce ${POOL} scenes on the frozen base, error of v, AdamW 1e-3 linearly down, the image dropped for ${
      100 * DROP.image
    } %, the text for ${100 * DROP.text} %, both for ${100 * DROP.both} %`,
  async prepare(bank, { draws, notify, compile }) {
    const base = await loadBase();
    const vision = await loadVision("encoder");
    const [latents, features] = [await latentEncoder(await loadVae()), await imageEncoder(vision)];
    const items: { latent: Float16Array; image: Float16Array }[] = [];
    const captions: string[] = [];
    for (let first = 0; first < POOL; first += PART) {
      const { images, captions: words } = imagePool(bank, 40_000_000 + first, PART);
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
        prefixed(initResampler(fold(key(SEED), "resampler"), MINI_RESAMPLER), "image_proj"),
        prefixed(initImageContext(base.unet.config, base.unet.params), "ip_adapter"),
      ),
      batch: BATCH,
      imageTokens: visionTokens(vision.config),
      recipe: RECIPE,
    });
    const options = { schedule: noiseSchedule(SD_SCHEDULE), noImage, noText, recipe: RECIPE };
    return {
      step,
      batch: (index) => {
        const own = fold(draws, "batch", index);
        const random = stream(fold(own, "items"));
        const batch = Array.from({ length: BATCH }, (): AdapterItem => {
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
  },
};
