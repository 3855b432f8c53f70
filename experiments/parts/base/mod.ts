/** The base model: the denoiser with its text encoder. */
import { MOST_CONCEPTS } from "../measurement.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { measure } from "./evaluate.ts";
import { CAPTION_DROP, POOL, prepare } from "./train.ts";
import { trialTable } from "./trials.ts";

/** Decay of the average of the weights. */
const EMA_DECAY = 0.999;

export const BASE: Part = {
  name: "base",
  kind: "frozen",
  data: PRETRAINING,
  reads: ["vae"],
  recipe: {
    // The committed one had 4,200 and 5,500 under min-SNR-5 weights, then 4,500 as an error of v, all on half of the scenes, then the rest on all, each
    // begun where the last ended. The rest was planned for 6,500 steps and shortened to 4,000 at the 2,081st: its rate fell faster from there.
    steps: 18_000,
    batch: 32,
    seed: 31,
    schedule: { kind: "linear", lr: 1e-3, warmup: 100 },
    emaDecay: EMA_DECAY,
    summary:
      `U-Net and text encoder on ${POOL} captioned scenes: ε-prediction, error of v, AdamW 1e-3 linearly down, EMA ${EMA_DECAY}, ${
        100 * CAPTION_DROP
      } % captions dropped`,
  },
  prepare,
  trials: trialTable,
  measurement: {
    checkpoints: ["base", "vae", "judge"],
    items: {
      what: "captions of distinct concepts in each of two sets",
      usual: 100,
      low: 2,
      high: MOST_CONCEPTS,
    },
    pictures: true,
    measure,
  },
};
