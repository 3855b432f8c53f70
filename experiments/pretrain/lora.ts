/**
 * Recipes of the mini LoRAs (Hu et al. 2022): attention projections learn one drawing family. The captions do not name it, so that the LoRA
 * alone brings it.
 */
import { fold, host, key } from "../../lib/engine/mod.ts";
import { initLora, loraModule } from "../../lib/diffusion/mod.ts";
import { composePretrain, type Family, sceneCaption } from "../../lib/tasks/mod.ts";
import { compileLoraStep } from "../../lib/training/mod.ts";
import { readCheckpoint } from "../mini/checkpoints.ts";
import { loadBase } from "../mini/frozen.ts";
import { captionedPool } from "./captioned_pool.ts";
import type { Recipe } from "./recipe.ts";

const BATCH = 32;
const SEED = 61;
const POOL = 1500;
const FIRST = 46_000_000;
const RANK = 8;
const CAPTION_DROP = 0.1;
/** The weights that are changed: all projections of self- and cross-attention. */
const PROJECTIONS = /\.attn[12]\.(to_q|to_k|to_v|to_out\.0)\.weight$/;

/** The recipe of one family's LoRA. */
export function loraRecipe(family: Family): Recipe {
  return {
    part: `lora-${family}`,
    steps: 800,
    batchSize: BATCH,
    seed: SEED,
    reads: ["vae", "base"],
    schedule: (steps) => ({ kind: "linear", lr: 1e-3, warmup: 50, total: steps }),
    summary:
      `LoRA of rank ${RANK} on the attention projections of the frozen base: ${POOL} untreated scenes of the family "${family}" whose captions do not name it, error of v, AdamW 1e-3 linearly down, ${
        100 * CAPTION_DROP
      } % captions dropped`,
    async prepare(bank, { draws, notify, compile }) {
      const base = await loadBase();
      const targets = Object.keys(base.unet.params).filter((name) => PROJECTIONS.test(name));
      const draw = await captionedPool((index) => {
        const { image, truth } = composePretrain(bank, FIRST + index, { only: "scenes", family });
        if (truth.kind !== "scene") throw new RangeError(`Item ${index} is no scene`);
        return { image, caption: sceneCaption(truth) };
      }, { size: POOL, tokenizer: base.tokenizer, captionDrop: CAPTION_DROP });
      notify(`${POOL} scenes encoded`);
      const step = await compileLoraStep({
        base,
        trainable: initLora(fold(key(SEED), family), base.unet.params, { targets, rank: RANK }),
        batch: BATCH,
        compile,
      });
      return {
        step,
        batch: (index) => draw(fold(draws, family, "batch", index), BATCH).feeds,
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
    },
  };
}
