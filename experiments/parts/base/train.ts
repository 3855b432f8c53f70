/** Recipe of the base model: U-Net and text encoder trained together on captioned latents, captions dropped for guidance. */
import { combine, fold, type Key, key, partition, prefixed } from "../../../lib/engine/mod.ts";
import { type CaptionTokenizer, createCaptionTokenizer, initTextTower } from "../../../lib/clip/mod.ts";
import { initUnet, SD_SCHEDULE, type UnetConfig } from "../../../lib/diffusion/mod.ts";
import { type Bank, captionVocabulary, composePretrain, type Rgb } from "../../../lib/tasks/mod.ts";
import { type Alignment, compileBaseStep, initAlignmentHead } from "../../../lib/training/mod.ts";
import { loadVision } from "../../mini/frozen.ts";
import { MINI_UNET, MINI_VISION, miniText, TEXT_LENGTH } from "../../mini/models.ts";
import { imageEncoder } from "../../mini/programs.ts";
import { type CaptionedBatch, captionedPool } from "../captioned_pool.ts";
import { type Part, type PrepareOptions, stepOptions, type Training } from "../part.ts";

export const POOL = 40_000;
/** Portraits beside those of the stream's own share: a face is small, and takes more views than a fifth of the pictures gives. */
export const PORTRAITS = 10_000;
/** Share of captions replaced by the empty one (classifier-free guidance). */
export const CAPTION_DROP = 0.1;
/** First index of the pre-training stream. */
const FIRST = 30_000_000;

/** What a base is apart from its recipe. */
export interface BaseDesign {
  readonly unet: UnetConfig;
  /** Pictures of the pre-training stream that it is trained on, and further portraits. */
  readonly pool: number;
  readonly portraits: number;
  /** Noises that a sample's nearest is taken of. */
  readonly candidates: number;
  /** Weight of the alignment with the encoder's tokens beside the error of v; 0: none. */
  readonly alignment: number;
}

/** The committed base's. */
export const DESIGN: BaseDesign = {
  unet: MINI_UNET,
  pool: POOL,
  portraits: PORTRAITS,
  candidates: 1,
  alignment: 0,
};

/** Prefix of the head that only the training has. */
const HEAD = "alignment";
/** Channels of the U-Net's deepest features of the encoder's side: the second level's. */
const alignedChannels = ({ block_out_channels }: UnetConfig) => block_out_channels[1] as number;

/** The alignment of a design; undefined without one. */
function alignmentOf({ alignment: weight }: BaseDesign): Alignment | undefined {
  const { image_size, patch_size, hidden_size: width } = MINI_VISION;
  return weight > 0 ? { side: image_size / patch_size, width, weight } : undefined;
}

/** Noisy batches of the stream's items `first` … `first + size − 1`, and of the portraits after them, as a design's step takes them. */
export async function basePool(
  bank: Bank,
  design: BaseDesign,
  { first, size, portraits = 0, tokenizer }: {
    first: number;
    size: number;
    portraits?: number;
    tokenizer: CaptionTokenizer;
  },
): Promise<(own: Key, batch: number) => CaptionedBatch> {
  const compose = (index: number) =>
    composePretrain(bank, first + index, index < size ? {} : { only: "portraits" });
  const options = {
    size: size + portraits,
    tokenizer,
    captionDrop: CAPTION_DROP,
    candidates: design.candidates,
  };
  const alignment = alignmentOf(design);
  if (!alignment) return await captionedPool(compose, options);
  const encoder = imageEncoder(await loadVision("encoder"));
  try {
    // Without the class token.
    const tokens = async (images: readonly Rgb[]) =>
      (await encoder.run(images)).map(({ tokens }) => tokens.slice(alignment.width));
    return await captionedPool(compose, { ...options, tokens });
  } finally {
    await encoder.dispose();
  }
}

/** Encodes the scenes and compiles the step. */
export async function prepareBase(
  bank: Bank,
  { recipe, batches, notify, compile }: PrepareOptions,
  design: BaseDesign,
): Promise<Training> {
  const { unet, pool, portraits } = design;
  const tokenizer = createCaptionTokenizer(captionVocabulary(), { length: TEXT_LENGTH });
  const text = miniText(tokenizer.size, tokenizer.end);
  const alignment = alignmentOf(design);
  const sample = await basePool(bank, design, { first: FIRST, size: pool, portraits, tokenizer });
  notify(`${pool + portraits} pictures encoded`);
  const step = await compileBaseStep({
    unet,
    text,
    batch: recipe.batch,
    ...(alignment ? { alignment } : {}),
    ...stepOptions(recipe),
    compile,
    trainable: combine(
      prefixed(initUnet(fold(key(recipe.seed), "unet"), unet), "unet"),
      prefixed(initTextTower(fold(key(recipe.seed), "text"), text, { projection: false }), "text_encoder"),
      alignment
        ? prefixed(initAlignmentHead(fold(key(recipe.seed), HEAD), alignedChannels(unet), alignment), HEAD)
        : {},
    ),
  });
  return {
    step,
    batch: (index) => sample(fold(batches, "batch", index), recipe.batch).feeds,
    finish: () =>
      Promise.resolve({
        tensors: partition(step.weights(), (name) => !name.startsWith(`${HEAD}.`)).trainable,
        config: { unet, text, words: tokenizer.words, schedule: SD_SCHEDULE },
      }),
  };
}

/** The committed base's training. */
export const prepare: Part["prepare"] = (bank, options) => prepareBase(bank, options, DESIGN);
