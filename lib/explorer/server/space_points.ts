/** The instructions of the map: 5 × 1,000 for training, 5 × 250 held out, and the fixed prompts that Fig. 4 shows as crosses. */
import { CORPUS, FIXED_INSTRUCTIONS, instructionsWithTemplates } from "../../instructions/mod.ts";
import { TASK_RECORDS, TASKS } from "../../tasks/mod.ts";
import type { MapTask, SpacePoint } from "../api.ts";

/** Instructions per task. */
export interface SpaceSizes {
  /** For training; default 1000. */
  readonly train?: number;
  /** Held out; default 250. */
  readonly heldOut?: number;
}

/** The tasks of the map. */
export const MAP_TASKS: readonly MapTask[] = TASK_RECORDS.map(({ id, display: look, words }) => ({
  id,
  look,
  fixed: words.fixed,
}));

/** The points in their order: training, held out, fixed; each by task. */
export function spacePoints({ train = 1000, heldOut = 250 }: SpaceSizes = {}): SpacePoint[] {
  const sampled = (split: "train" | "held-out", count: number) =>
    TASKS.flatMap((task) =>
      instructionsWithTemplates(task, split, { count, seed: CORPUS.seed })
        .map(({ instruction, template }): SpacePoint => ({ text: instruction, task, split, template }))
    );
  return [
    ...sampled("train", train),
    ...sampled("held-out", heldOut),
    ...TASKS.map((task): SpacePoint => {
      const text = FIXED_INSTRUCTIONS[task];
      return { text, task, split: "fixed", template: text };
    }),
  ];
}
