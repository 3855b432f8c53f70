/** The image towers of the joint space: the encoder's, whose tokens adapters read, and the judge's, which scores what they make. */
import { MUON } from "../../../lib/training/mod.ts";
import { MINI_VISION } from "../../mini/models.ts";
import { SUBJECTS } from "../image_pool.ts";
import { MOST_CONCEPTS } from "../measurement.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { imageTowerMeasure } from "./evaluate.ts";
import { imageTowerTraining, type TowerData } from "./train.ts";

const WEIGHT_DECAY = 0.05;

function tower(name: "encoder" | "judge", seed: number, data: TowerData): Part {
  const { augmentation } = data;
  return {
    name,
    kind: "frozen",
    data: PRETRAINING,
    reads: [],
    recipe: {
      steps: 3000,
      batch: 64,
      seed,
      schedule: { kind: "cosine", lr: 1.5e-3, warmup: 100 },
      emaDecay: 0.99,
      optimizer: {
        kind: "muon",
        muon: { ...MUON, weight_decay: WEIGHT_DECAY },
        adamw: { betas: [0.9, 0.98], eps: 1e-6, weight_decay: WEIGHT_DECAY },
        muonRate: 1,
      },
      summary:
        `ViT of ${MINI_VISION.num_hidden_layers}×${MINI_VISION.hidden_size} trained against the frozen sentence encoder: find the ` +
        `caption among the batch's and the subject among all ${SUBJECTS.length}; its tokens say colours, the thing's own, person, family and treatment; Muon and AdamW 1.5e-3 cosine, weight decay ${WEIGHT_DECAY}, crops ≥ ${augmentation.smallestCrop}, colour ± ${augmentation.colour}`,
    },
    prepare: imageTowerTraining(data),
    measurement: {
      checkpoints: [name],
      items: {
        what: "candidates of distinct concepts in each sample",
        usual: 100,
        low: 2,
        high: MOST_CONCEPTS,
      },
      pictures: false,
      measure: imageTowerMeasure(name),
    },
  };
}

/** Its image tokens are what the adapters read of a condition. */
export const ENCODER: Part = tower("encoder", 21, {
  first: 10_000_000,
  augmentation: { smallestCrop: 0.7, colour: 0.1, mirror: true },
});

/** Scores: another seed, other scenes, other augmentation, so that no adapter is judged by the encoder it is conditioned on. */
export const JUDGE: Part = tower("judge", 22, {
  first: 20_000_000,
  augmentation: { smallestCrop: 0.85, colour: 0.2, mirror: false },
});
