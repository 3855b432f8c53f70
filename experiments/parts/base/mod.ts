/** The base model: the denoiser with its text encoder. */
import { MUON_OPTIMIZER } from "../../../lib/training/mod.ts";
import { MOST_CONCEPTS } from "../measurement.ts";
import { MUON_RATE } from "../../setting/scales.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { measure } from "./evaluate.ts";
import { CAPTION_DROP, POOL, PORTRAITS, prepare } from "./train.ts";
import { trialTable } from "./trials.ts";

/** Decay of the average of the weights. */
const EMA_DECAY = 0.999;

export const BASE: Part = {
  name: "base",
  kind: "frozen",
  data: PRETRAINING,
  reads: ["vae"],
  recipe: {
    steps: 18_000,
    batch: 32,
    seed: 31,
    schedule: { kind: "linear", lr: 1e-3, warmup: 100 },
    emaDecay: EMA_DECAY,
    optimizer: { ...MUON_OPTIMIZER, muonRate: MUON_RATE },
    summary:
      `U-Net and text encoder on ${POOL} captioned pictures of the stream and ${PORTRAITS} further portraits: ε-prediction, error of v, Muon ${MUON_RATE}e-3 and AdamW 1e-3 linearly down, EMA ${EMA_DECAY}, ${
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
