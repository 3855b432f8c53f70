/** The mini LoRAs: one per drawing family. */
import { FAMILIES, type Family } from "../../../lib/tasks/mod.ts";
import { MOST_CONCEPTS } from "../measurement.ts";
import { type Part, PRETRAINING } from "../part.ts";
import { loraMeasure } from "./evaluate.ts";
import { CAPTION_DROP, loraTraining, POOL, RANK } from "./train.ts";

function loraPart(family: Family): Part {
  return {
    name: `lora-${family}`,
    kind: "addition",
    oneOf: "lora-FAMILY",
    data: PRETRAINING,
    reads: ["vae", "base"],
    recipe: {
      steps: 800,
      batch: 32,
      seed: 61,
      schedule: { kind: "linear", lr: 1e-3, warmup: 50 },
      summary:
        `LoRA of rank ${RANK} on the attention projections of the frozen base: ${POOL} untreated scenes of the family "${family}" whose captions do not name it, error of v, AdamW 1e-3 linearly down, ${
          100 * CAPTION_DROP
        } % captions dropped`,
    },
    prepare: loraTraining(family),
    measurement: {
      checkpoints: [`lora-${family}`, "base", "vae", "judge"],
      items: { what: "captions of distinct concepts", usual: 100, low: 2, high: MOST_CONCEPTS },
      pictures: true,
      measure: loraMeasure(family),
    },
  };
}

export const LORAS: readonly Part[] = FAMILIES.map(loraPart);
