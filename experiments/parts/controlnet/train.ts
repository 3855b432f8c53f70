/**
 * Recipes of the mini ControlNets (Zhang et al. 2023): a copy of the base's contracting half learns to generate a picture from its edges, or a
 * portrait from its pose. Half of the captions are dropped, as there, so that the condition is read for what it shows.
 */
import { fold, key } from "../../../lib/engine/mod.ts";
import { initControlnet } from "../../../lib/diffusion/mod.ts";
import type { Controlnet } from "../../../lib/tasks/controlnets/mod.ts";
import { composePretrain, type Rgb, SIZE } from "../../../lib/tasks/mod.ts";
import { compileControlnetStep } from "../../../lib/training/mod.ts";
import { readCheckpoint } from "../../mini/checkpoints.ts";
import { controlImage } from "../../../lib/pipeline/mod.ts";
import { loadBase } from "../../mini/frozen.ts";
import { miniControlnet } from "../../mini/models.ts";
import { captionedPool } from "../captioned_pool.ts";
import { type Part, stepOptions } from "../part.ts";

export const POOL = 10_000;
export const CAPTION_DROP = 0.5;
const PIXELS = 3 * SIZE * SIZE;

/** Encodes the pictures, draws their controls and compiles the step. */
export function controlnetTraining({ controlled, trainedOn: { first, only } }: Controlnet): Part["prepare"] {
  return async (bank, { recipe, batches, notify, compile }) => {
    const base = await loadBase();
    const config = miniControlnet(base.unet.config);
    const controls: Rgb[] = [];
    const sample = await captionedPool((index) => {
      const item = composePretrain(bank, first + index, only ? { only } : {});
      controls.push(controlled(bank, item).control);
      return item;
    }, { size: POOL, tokenizer: base.tokenizer, captionDrop: CAPTION_DROP });
    notify(`${POOL} pictures encoded`);
    const step = await compileControlnetStep(config, {
      base,
      trainable: initControlnet(fold(key(recipe.seed), "controlnet"), config, base.unet.params),
      batch: recipe.batch,
      ...stepOptions(recipe),
      compile,
    });
    return {
      step,
      batch: (index) => {
        const { items, feeds } = sample(fold(batches, "batch", index), recipe.batch);
        const conditioning = new Float32Array(recipe.batch * PIXELS);
        items.forEach((item, i) => conditioning.set(controlImage(controls[item] as Rgb), i * PIXELS));
        return { ...feeds, conditioning };
      },
      finish: async () => ({
        tensors: step.weights(),
        config: { ...config, base: (await readCheckpoint("base")).hash },
      }),
    };
  };
}
