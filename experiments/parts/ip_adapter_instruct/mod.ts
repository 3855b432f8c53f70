/** The joint adapter that `generate` and the explorer run unless another is given. */
import { MINI_RECIPE, MUON_RATE } from "../../setting/scales.ts";
import type { Part } from "../part.ts";
import { measure, USUAL_SCENES } from "./evaluate.ts";
import { PAIRS, prepare } from "./train.ts";
import { trialTable } from "./trials.ts";

export const IP_ADAPTER_INSTRUCT: Part = {
  name: "ip-adapter-instruct",
  kind: "adapter",
  data: "training pairs of the five tasks",
  reads: ["vae", "encoder", "base", "ip-adapter-plus"],
  recipe: {
    steps: 2000,
    batch: 32,
    seed: 71,
    schedule: { kind: "linear", lr: MINI_RECIPE.learningRate, warmup: 100 },
    optimizer: MINI_RECIPE.optimizer,
    summary:
      `Table 1's joint model trained for longer: IPAdapter-Instruct from the committed IPAdapter+, all five tasks mixed evenly, ${PAIRS} pairs each, a random training instruction per sample, error of v from timestep ${MINI_RECIPE.firstTimestep} on, Muon at ${MUON_RATE} × and AdamW at ${MINI_RECIPE.learningRate} linearly down, 5 % of images, of texts and of both dropped`,
  },
  prepare,
  trials: trialTable,
  measurement: {
    checkpoints: ["ip-adapter-instruct", "base", "vae", "encoder", "judge"],
    items: {
      what: "held-out scenes; two thirds as many portraits come with them",
      usual: USUAL_SCENES,
      low: 2,
      high: 1000,
    },
    pictures: true,
    measure,
  },
};
