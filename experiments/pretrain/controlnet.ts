/**
 * Recipes of the mini ControlNets (Zhang et al. 2023): a copy of the base's contracting half learns to draw a picture from its edges, or a
 * portrait from its pose. Half of the captions are dropped, as there, so that the condition is read for what it shows.
 */
import { fold, key } from "../../lib/engine/mod.ts";
import { initControlnet } from "../../lib/diffusion/mod.ts";
import { type Bank, composePretrain, type PretrainItem, type Rgb } from "../../lib/tasks/mod.ts";
import { compileControlnetStep } from "../../lib/training/mod.ts";
import { type ControlnetName, readCheckpoint } from "../mini/checkpoints.ts";
import { controlInput } from "../mini/control_input.ts";
import { controlled } from "../mini/controlled.ts";
import { loadBase } from "../mini/frozen.ts";
import { miniControlnet } from "../mini/models.ts";
import { captionedPool } from "./captioned_pool.ts";
import type { Recipe } from "./recipe.ts";

const BATCH = 32;
const POOL = 10_000;
const CAPTION_DROP = 0.5;
const PIXELS = 3 * 64 * 64;

/** What is particular to one of the two. */
interface Kind {
  readonly seed: number;
  /** First index of the pre-training stream. */
  readonly first: number;
  readonly what: string;
  compose(bank: Bank, index: number): PretrainItem;
}

const KINDS: Record<ControlnetName, Kind> = {
  scribble: {
    seed: 51,
    first: 42_000_000,
    what: "scenes and portraits from their edges",
    compose(bank, index) {
      return composePretrain(bank, index);
    },
  },
  pose: {
    seed: 52,
    first: 44_000_000,
    what: "portraits from outline, eyes and mouth",
    compose(bank, index) {
      return composePretrain(bank, index, { only: "portraits" });
    },
  },
};

/** The recipe of one ControlNet. */
export function controlnetRecipe(name: ControlnetName): Recipe {
  const { seed, first, what, compose } = KINDS[name];
  return {
    part: `controlnet-${name}`,
    steps: 2500,
    batchSize: BATCH,
    seed,
    reads: ["vae", "base"],
    schedule: (steps) => ({ kind: "linear", lr: 5e-4, warmup: 50, total: steps }),
    summary: `ControlNet on the frozen base: ${POOL} ${what}, error of v, AdamW 5e-4 linearly down, ${
      100 * CAPTION_DROP
    } % captions dropped`,
    async prepare(bank, { draws, notify, compile }) {
      const base = await loadBase();
      const config = miniControlnet(base.unet.config);
      const controls: Rgb[] = [];
      const draw = await captionedPool((index) => {
        const item = compose(bank, first + index);
        controls.push(controlled(bank, name, item).control);
        return item;
      }, { size: POOL, tokenizer: base.tokenizer, captionDrop: CAPTION_DROP });
      notify(`${POOL} pictures encoded`);
      const step = await compileControlnetStep(config, {
        base,
        trainable: initControlnet(fold(key(seed), "controlnet"), config, base.unet.params),
        batch: BATCH,
        compile,
      });
      return {
        step,
        batch: (index) => {
          const { items, feeds } = draw(fold(draws, "batch", index), BATCH);
          const conditioning = new Float32Array(BATCH * PIXELS);
          items.forEach((item, i) => conditioning.set(controlInput(controls[item] as Rgb), i * PIXELS));
          return { ...feeds, conditioning };
        },
        finish: async () => ({
          tensors: step.weights(),
          config: { ...config, base: (await readCheckpoint("base")).hash },
        }),
      };
    },
  };
}
