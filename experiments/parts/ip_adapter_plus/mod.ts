/** The mini IPAdapter+: condition = target, the start of every Instruct model (Sec. 3.5). */
import { type Part, PRETRAINING } from "../part.ts";
import { measure } from "./evaluate.ts";
import { DROP, POOL, prepare } from "./train.ts";

export const IP_ADAPTER_PLUS: Part = {
  name: "ip-adapter-plus",
  kind: "frozen",
  data: PRETRAINING,
  reads: ["vae", "encoder", "base"],
  recipe: {
    // The committed one was trained four times: 2,000 steps under min-SNR weights, 2,200 as an error of v, 2,400 on twice as many scenes, the rest on the
    // last base and encoder.
    steps: 12_000,
    batch: 32,
    seed: 41,
    schedule: { kind: "linear", lr: 1e-3, warmup: 50 },
    summary:
      `Resampler, keys and values trained to reproduce ${POOL} scenes on the frozen base, error of v, AdamW 1e-3 linearly down, the image dropped for ${
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
