/** The mini ControlNets: one per kind of control picture. */
import {
  type Controlnet,
  type ControlnetName,
  controlnetPart,
  CONTROLNETS as RECORDS,
} from "../../../lib/tasks/controlnets/mod.ts";
import { MOST_CONCEPTS } from "../measurement.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { controlnetMeasure } from "./evaluate.ts";
import { CAPTION_DROP, controlnetTraining, POOL } from "./train.ts";

function partOf(record: Controlnet<ControlnetName>): Part {
  const { name, trainedOn: { seed, what } } = record;
  return {
    name: controlnetPart(name),
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
    prepare: controlnetTraining(record),
    measurement: {
      checkpoints: [controlnetPart(name), "base", "vae", "judge"],
      items: { what: "held-out pictures", usual: 100, low: 2, high: MOST_CONCEPTS },
      pictures: true,
      measure: controlnetMeasure(record),
    },
  };
}

export const CONTROLNETS: readonly Part[] = RECORDS.map(partOf);
