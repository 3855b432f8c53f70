/** The instructions of the map: 5 × 1,000 for training, 5 × 250 held out, and the fixed prompts that Fig. 4 shows as crosses. */
import { CORPUS, FIXED_INSTRUCTIONS, instructionsWithTemplates, TASKS } from "../../instructions/mod.ts";
import type { SpacePoint } from "../api.ts";

/** Instructions per task. */
export interface SpaceSizes {
  /** For training; default 1000. */
  readonly train?: number;
  /** Held out; default 250. */
  readonly heldOut?: number;
}

/** The points in their order: training, held out, fixed; each by task. */
export function spacePoints({ train = 1000, heldOut = 250 }: SpaceSizes = {}): SpacePoint[] {
  const drawn = (split: "train" | "held-out", count: number) =>
    TASKS.flatMap((task) =>
      instructionsWithTemplates(task, split, { count, seed: CORPUS.seed })
        .map(({ instruction, template }): SpacePoint => ({ text: instruction, task, split, template }))
    );
  return [
    ...drawn("train", train),
    ...drawn("held-out", heldOut),
    ...TASKS.map((task): SpacePoint => {
      const text = FIXED_INSTRUCTIONS[task];
      return { text, task, split: "fixed", template: text };
    }),
  ];
}
