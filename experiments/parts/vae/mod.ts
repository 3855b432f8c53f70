/** The autoencoder: 64×64 RGB ↔ 16×16×4. */
import { MUON_OPTIMIZER } from "../../../lib/training/mod.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { measure } from "./evaluate.ts";
import { prepare } from "./train.ts";

export const VAE: Part = {
  name: "vae",
  kind: "frozen",
  data: PRETRAINING,
  reads: [],
  recipe: {
    steps: 11_000,
    batch: 8,
    seed: 11,
    schedule: { kind: "cosine", lr: 2e-3, warmup: 100 },
    emaDecay: 0.995,
    optimizer: MUON_OPTIMIZER,
    summary:
      "AutoencoderKL on pre-training scenes: L1 + 8·MSE + 4·MSE of 8×8 means + 1e-4·KL, Muon and AdamW 2e-3 cosine, EMA 0.995",
  },
  prepare,
  measurement: {
    checkpoints: ["vae"],
    items: { what: "scenes", usual: 200, low: 2, high: 5000 },
    pictures: true,
    measure,
  },
};
