/** Recipe of the base model: U-Net and text encoder trained together on captioned latents, captions dropped for guidance. */
import { combine, fold, key, prefixed } from "../../lib/engine/mod.ts";
import { createCaptionTokenizer, initTextTower } from "../../lib/clip/mod.ts";
import { initUnet, SD_SCHEDULE } from "../../lib/diffusion/mod.ts";
import { captionVocabulary, composePretrain } from "../../lib/tasks/mod.ts";
import { compileBaseStep } from "../../lib/training/mod.ts";
import { MINI_UNET, miniText, TEXT_LENGTH } from "../mini/models.ts";
import { captionedPool } from "./captioned_pool.ts";
import type { Recipe } from "./recipe.ts";

const BATCH = 32;
const SEED = 31;
const POOL = 40_000;
/** Share of captions replaced by the empty one (classifier-free guidance). */
const CAPTION_DROP = 0.1;
/** Decay of the average of the weights. */
export const BASE_EMA_DECAY = 0.999;
/** First index of the pre-training stream. */
const FIRST = 30_000_000;

export const BASE_RECIPE: Recipe = {
  part: "base",
  // The committed one had 4,200 and 5,500 under min-SNR-5 weights, then 4,500 as an error of v, all on half of the scenes, then the rest on all, each
  // begun where the last ended. The rest was planned for 6,500 steps and shortened to 4,000 at the 2,081st: its rate fell faster from there.
  steps: 18_000,
  batchSize: BATCH,
  seed: SEED,
  reads: ["vae"],
  schedule: (steps) => ({ kind: "linear", lr: 1e-3, warmup: 100, total: steps }),
  summary:
    `U-Net and text encoder on ${POOL} captioned scenes: ε-prediction, error of v, AdamW 1e-3 linearly down, EMA ${BASE_EMA_DECAY}, ${
      100 * CAPTION_DROP
    } % captions dropped`,
  async prepare(bank, { draws, notify, compile }) {
    const tokenizer = createCaptionTokenizer(captionVocabulary(), { length: TEXT_LENGTH });
    const text = miniText(tokenizer.size, tokenizer.end);
    const draw = await captionedPool((index) => composePretrain(bank, FIRST + index), {
      size: POOL,
      tokenizer,
      captionDrop: CAPTION_DROP,
    });
    notify(`${POOL} scenes encoded`);
    const step = await compileBaseStep({
      unet: MINI_UNET,
      text,
      batch: BATCH,
      emaDecay: BASE_EMA_DECAY,
      compile,
      trainable: combine(
        prefixed(initUnet(fold(key(SEED), "unet"), MINI_UNET), "unet"),
        prefixed(initTextTower(fold(key(SEED), "text"), text, { projection: false }), "text_encoder"),
      ),
    });
    return {
      step,
      batch: (index) => draw(fold(draws, "batch", index), BATCH).feeds,
      finish: () =>
        Promise.resolve({
          tensors: step.weights(),
          config: { unet: MINI_UNET, text, words: tokenizer.words, schedule: SD_SCHEDULE },
        }),
    };
  },
};
