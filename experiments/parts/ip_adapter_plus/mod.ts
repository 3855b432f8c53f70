/** The mini IPAdapter+: condition = target, the start of every Instruct model (Sec. 3.5). */
import { MINI_RECIPE, MUON_RATE } from "../../setting/scales.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { measure } from "./evaluate.ts";
import { DROP, POOL, prepare } from "./train.ts";
import { trialTable } from "./trials.ts";

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
    optimizer: MINI_RECIPE.optimizer,
    summary:
      `Resampler, keys and values trained to reproduce ${POOL} scenes on the frozen base, error of v from timestep ${MINI_RECIPE.firstTimestep} on, Muon ${MUON_RATE}e-3 and AdamW 1e-3 linearly down, the image dropped for ${
        100 * DROP.image
      } %, the text for ${100 * DROP.text} %, both for ${100 * DROP.both} %`,
  },
  prepare,
  trials: trialTable,
  measurement: {
    checkpoints: ["ip-adapter-plus", "base", "vae", "encoder", "judge"],
    items: { what: "validation items of the replication task", usual: 64, low: 2, high: 1000 },
    pictures: true,
    measure,
  },
};
