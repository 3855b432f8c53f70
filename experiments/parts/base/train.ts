/** Recipe of the base model: U-Net and text encoder trained together on captioned latents, captions dropped for guidance. */
import { combine, fold, key, prefixed } from "../../../lib/engine/mod.ts";
import { createCaptionTokenizer, initTextTower } from "../../../lib/clip/mod.ts";
import { initUnet, SD_SCHEDULE } from "../../../lib/diffusion/mod.ts";
import { type Bank, captionVocabulary, composePretrain } from "../../../lib/tasks/mod.ts";
import { compileBaseStep } from "../../../lib/training/mod.ts";
import { MINI_UNET, miniText, TEXT_LENGTH } from "../../mini/models.ts";
import { captionedPool } from "../captioned_pool.ts";
import { type PrepareOptions, stepOptions, type Training } from "../part.ts";

export const POOL = 40_000;
/** Share of captions replaced by the empty one (classifier-free guidance). */
export const CAPTION_DROP = 0.1;
/** First index of the pre-training stream. */
const FIRST = 30_000_000;

/** Encodes the scenes and compiles the step. */
export async function prepare(
  bank: Bank,
  { recipe, batches, notify, compile }: PrepareOptions,
): Promise<Training> {
  const tokenizer = createCaptionTokenizer(captionVocabulary(), { length: TEXT_LENGTH });
  const text = miniText(tokenizer.size, tokenizer.end);
  const sample = await captionedPool((index) => composePretrain(bank, FIRST + index), {
    size: POOL,
    tokenizer,
    captionDrop: CAPTION_DROP,
  });
  notify(`${POOL} scenes encoded`);
  const step = await compileBaseStep({
    unet: MINI_UNET,
    text,
    batch: recipe.batch,
    ...stepOptions(recipe),
    compile,
    trainable: combine(
      prefixed(initUnet(fold(key(recipe.seed), "unet"), MINI_UNET), "unet"),
      prefixed(initTextTower(fold(key(recipe.seed), "text"), text, { projection: false }), "text_encoder"),
    ),
  });
  return {
    step,
    batch: (index) => sample(fold(batches, "batch", index), recipe.batch).feeds,
    finish: () =>
      Promise.resolve({
        tensors: step.weights(),
        config: { unet: MINI_UNET, text, words: tokenizer.words, schedule: SD_SCHEDULE },
      }),
  };
}
