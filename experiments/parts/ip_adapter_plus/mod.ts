/** The mini IPAdapter+: condition = target, the start of every Instruct model (Sec. 3.5). */
import { MUON_OPTIMIZER } from "../../../lib/training/mod.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { measure } from "./evaluate.ts";
import { DROP, POOL, prepare } from "./train.ts";

export const IP_ADAPTER_PLUS: Part = {
  name: "ip-adapter-plus",
  kind: "frozen",
  data: PRETRAINING,
  reads: ["vae", "encoder", "base"],
  recipe: {
    steps: 12_000,
    batch: 32,
    seed: 41,
    schedule: { kind: "linear", lr: 1e-3, warmup: 50 },
    optimizer: MUON_OPTIMIZER,
    summary:
      `Resampler, keys and values trained to reproduce ${POOL} scenes on the frozen base, error of v, Muon and AdamW 1e-3 linearly down, the image dropped for ${
        100 * DROP.image
      } %, the text for ${100 * DROP.text} %, both for ${100 * DROP.both} %`,
  },
  prepare,
  measurement: {
    checkpoints: ["ip-adapter-plus", "base", "vae", "encoder", "judge"],
    items: { what: "validation items of the replication task", usual: 64, low: 2, high: 1000 },
    pictures: true,
    measure,
  },
};
