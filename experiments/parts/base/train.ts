/** Recipe of the base model: U-Net and text encoder trained together on captioned latents, captions dropped for guidance. */
import { combine, fold, key, prefixed } from "../../../lib/engine/mod.ts";
import { createCaptionTokenizer, initTextTower } from "../../../lib/clip/mod.ts";
import { initUnet, SD_SCHEDULE, type UnetConfig } from "../../../lib/diffusion/mod.ts";
import { type Bank, captionVocabulary, composePretrain } from "../../../lib/tasks/mod.ts";
import { compileBaseStep } from "../../../lib/training/mod.ts";
import { MINI_UNET, miniText, TEXT_LENGTH } from "../../mini/models.ts";
import { captionedPool } from "../captioned_pool.ts";
import { type Part, type PrepareOptions, stepOptions, type Training } from "../part.ts";

export const POOL = 24_000;
/** Share of captions replaced by the empty one (classifier-free guidance). */
export const CAPTION_DROP = 0.1;
/** First index of the pre-training stream. */
const FIRST = 30_000_000;

/** What a base is apart from its recipe. */
export interface BaseDesign {
  readonly unet: UnetConfig;
  /** Pictures it is trained on. */
  readonly pool: number;
  /** Noises that a sample's nearest is taken of. */
  readonly candidates: number;
}

/** The committed base's. */
export const DESIGN: BaseDesign = { unet: MINI_UNET, pool: POOL, candidates: 1 };

/** Encodes the scenes and compiles the step. */
export async function prepareBase(
  bank: Bank,
  { recipe, batches, notify, compile }: PrepareOptions,
  { unet, pool, candidates }: BaseDesign,
): Promise<Training> {
  const tokenizer = createCaptionTokenizer(captionVocabulary(), { length: TEXT_LENGTH });
  const text = miniText(tokenizer.size, tokenizer.end);
  const sample = await captionedPool((index) => composePretrain(bank, FIRST + index), {
    size: pool,
    tokenizer,
    captionDrop: CAPTION_DROP,
    candidates,
  });
  notify(`${pool} scenes encoded`);
  const step = await compileBaseStep({
    unet,
    text,
    batch: recipe.batch,
    ...stepOptions(recipe),
    compile,
    trainable: combine(
      prefixed(initUnet(fold(key(recipe.seed), "unet"), unet), "unet"),
      prefixed(initTextTower(fold(key(recipe.seed), "text"), text, { projection: false }), "text_encoder"),
    ),
  });
  return {
    step,
    batch: (index) => sample(fold(batches, "batch", index), recipe.batch).feeds,
    finish: () =>
      Promise.resolve({
        tensors: step.weights(),
        config: { unet, text, words: tokenizer.words, schedule: SD_SCHEDULE },
      }),
  };
}

/** The committed base's training. */
export const prepare: Part["prepare"] = (bank, options) => prepareBase(bank, options, DESIGN);
