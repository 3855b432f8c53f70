/** The mini ControlNets: one per kind of control picture. */
import { CONTROLNET_NAMES, type ControlnetName } from "../../setting/controlnets.ts";
import { MOST_CONCEPTS } from "../measurement.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { controlnetMeasure } from "./evaluate.ts";
import { CAPTION_DROP, type ControlnetData, controlnetTraining, POOL } from "./train.ts";

/** What is particular to each. */
const KINDS: Record<ControlnetName, ControlnetData & { readonly seed: number; readonly what: string }> = {
  scribble: {
    seed: 51,
    first: 42_000_000,
    what: "scenes and portraits from their edges",
  },
  pose: {
    seed: 52,
    first: 44_000_000,
    only: "portraits",
    what: "portraits from outline, eyes and mouth",
  },
};

function controlnetPart(name: ControlnetName): Part {
  const { seed, what, ...data } = KINDS[name];
  return {
    name: `controlnet-${name}`,
    kind: "addition",
    data: PRETRAINING,
    reads: ["vae", "base"],
    recipe: {
      steps: 2500,
      batch: 32,
      seed,
      schedule: { kind: "linear", lr: 5e-4, warmup: 50 },
      summary: `ControlNet on the frozen base: ${POOL} ${what}, error of v, AdamW 5e-4 linearly down, ${
        100 * CAPTION_DROP
      } % captions dropped`,
    },
    prepare: controlnetTraining(name, data),
    measurement: {
      checkpoints: [`controlnet-${name}`, "base", "vae", "judge"],
      items: { what: "held-out pictures", usual: 100, low: 2, high: MOST_CONCEPTS },
      pictures: true,
      measure: controlnetMeasure(name),
    },
  };
}

export const CONTROLNETS: readonly Part[] = CONTROLNET_NAMES.map(controlnetPart);
