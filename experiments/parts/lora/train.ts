/**
 * Recipes of the mini LoRAs (Hu et al. 2022): attention projections learn one drawing family. The captions do not name it, so that the LoRA
 * alone brings it.
 */
import { fold, host, key } from "../../../lib/engine/mod.ts";
import { initLora, loraModule } from "../../../lib/diffusion/mod.ts";
import { composePretrain, type Family, sceneCaption } from "../../../lib/tasks/mod.ts";
import { compileLoraStep } from "../../../lib/training/mod.ts";
import { readCheckpoint } from "../../mini/checkpoints.ts";
import { loadBase } from "../../mini/frozen.ts";
import { captionedPool } from "../captioned_pool.ts";
import { type Part, stepOptions } from "../part.ts";

export const POOL = 1500;
const FIRST = 46_000_000;
export const RANK = 8;
export const CAPTION_DROP = 0.1;
/** The weights that are changed: all projections of self- and cross-attention. */
const PROJECTIONS = /\.attn[12]\.(to_q|to_k|to_v|to_out\.0)\.weight$/;

/** Encodes the family's scenes and compiles the step. */
export function loraTraining(family: Family): Part["prepare"] {
  return async (bank, { recipe, batches, notify, compile }) => {
    const base = await loadBase();
    const targets = Object.keys(base.unet.params).filter((name) => PROJECTIONS.test(name));
    const sample = await captionedPool((index) => {
      const { image, truth } = composePretrain(bank, FIRST + index, { only: "scenes", family });
      if (truth.kind !== "scene") throw new RangeError(`Item ${index} is no scene`);
      return { image, caption: sceneCaption(truth) };
    }, { size: POOL, tokenizer: base.tokenizer, captionDrop: CAPTION_DROP });
    notify(`${POOL} scenes encoded`);
    const step = await compileLoraStep({
      base,
      trainable: initLora(fold(key(recipe.seed), family), base.unet.params, { targets, rank: RANK }),
      batch: recipe.batch,
      ...stepOptions(recipe),
      compile,
    });
    return {
      step,
      batch: (index) => sample(fold(batches, family, "batch", index), recipe.batch).feeds,
      finish: async () => ({
        tensors: {
          ...step.weights(),
          ...Object.fromEntries(
            targets.map((name) => [`${loraModule(name)}.alpha`, host([RANK], [])]),
          ),
        },
        config: { family, rank: RANK, base: (await readCheckpoint("base")).hash },
      }),
    };
  };
}
