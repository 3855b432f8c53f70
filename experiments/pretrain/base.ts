/** Recipe of the base model: U-Net and text encoder trained together on captioned latents, captions dropped for guidance. */
import { combine, fold, key, prefixed, stream } from "../../lib/engine/mod.ts";
import { createCaptionTokenizer, initTextTower } from "../../lib/clip/mod.ts";
import { initUnet, noiseSchedule, SD_SCHEDULE } from "../../lib/diffusion/mod.ts";
import { captionVocabulary } from "../../lib/tasks/mod.ts";
import { minSnrWeights, noisyBatch } from "../../lib/training/mod.ts";
import { loadVae } from "../mini/frozen.ts";
import { MINI_UNET, miniText, TEXT_LENGTH } from "../mini/models.ts";
import { latentEncoder } from "../mini/programs.ts";
import { compileBaseStep } from "./base_step.ts";
import { imagePool } from "./image_pool.ts";
import type { Recipe } from "./recipe.ts";

const BATCH = 32;
const SEED = 31;
const POOL = 20_000;
const LATENT = 4 * 16 * 16;
/** Share of captions replaced by the empty one (classifier-free guidance). */
const CAPTION_DROP = 0.1;
const PART = 500;

export const BASE_RECIPE: Recipe = {
  part: "base",
  steps: 4200,
  batchSize: BATCH,
  seed: SEED,
  schedule: (steps) => ({ kind: "linear", lr: 1e-3, warmup: 100, total: steps }),
  summary:
    `U-Net and text encoder on ${POOL} captioned scenes: ε-prediction, min-SNR-5 weights, AdamW 1e-3 linearly down, EMA 0.999, ${
      100 * CAPTION_DROP
    } % captions dropped`,
  async prepare(bank, { notify, compile }) {
    const tokenizer = createCaptionTokenizer(captionVocabulary(), { length: TEXT_LENGTH });
    const text = miniText(tokenizer.size, tokenizer.end);
    const encoder = await latentEncoder(await loadVae());
    const latents = new Float32Array(POOL * LATENT);
    const captions: string[] = [];
    for (let first = 0; first < POOL; first += PART) {
      const pool = imagePool(bank, 30_000_000 + first, PART);
      (await encoder.run(pool.images)).forEach((latent, i) => latents.set(latent, (first + i) * LATENT));
      captions.push(...pool.captions);
    }
    await encoder.dispose();
    const ids = tokenizer.encode(captions);
    const empty = tokenizer.encode([""]);
    notify(`${POOL} scenes encoded`);
    const schedule = noiseSchedule(SD_SCHEDULE);
    const step = await compileBaseStep({
      unet: MINI_UNET,
      text,
      batch: BATCH,
      compile,
      trainable: combine(
        prefixed(initUnet(fold(key(SEED), "unet"), MINI_UNET), "unet"),
        prefixed(initTextTower(fold(key(SEED), "text"), text, { projection: false }), "text_encoder"),
      ),
    });
    return {
      step,
      batch: (index) => {
        const own = fold(key(SEED), "batch", index);
        const random = stream(fold(own, "items"));
        const z0 = new Float32Array(BATCH * LATENT);
        const words = new Int32Array(BATCH * TEXT_LENGTH);
        for (let i = 0; i < BATCH; i++) {
          const item = random.int(0, POOL - 1);
          z0.set(latents.subarray(item * LATENT, (item + 1) * LATENT), i * LATENT);
          const row = random.bool(CAPTION_DROP)
            ? empty
            : ids.subarray(item * TEXT_LENGTH, (item + 1) * TEXT_LENGTH);
          words.set(row, i * TEXT_LENGTH);
        }
        const noisy = noisyBatch(own, schedule, z0, BATCH);
        return { ...noisy, weights: minSnrWeights(schedule, noisy.timestep), ids: words };
      },
      finish: () =>
        Promise.resolve({
          tensors: step.weights(),
          config: { unet: MINI_UNET, text, words: tokenizer.words, schedule: SD_SCHEDULE },
        }),
    };
  },
};
