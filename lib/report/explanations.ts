/** Our best explanations of statements that may fail at mini scale, each with the test that would show it wrong. Written before the full results. */
import type { Explanation } from "./explanation.ts";

/** Statements that rest on the instruction doing something. */
const INSTRUCTED = [
  "random-beats-fixed",
  "rewording-is-noticeable",
  "many-wordings-make-robust",
  "instruction-controls",
  "plus-leaks",
  "plus-worse-at-faces",
  "adapter-controls-beside",
  "text-starts-new-tasks",
  "text-is-flexible",
  "keyword-rule-helps-training",
] as const;

/** Statements that the joint model keeps up with the specialists. */
const KEEPS_UP = [
  "joint-on-par",
  "joint-on-par-replication",
  "joint-on-par-style",
  "joint-on-par-object",
  "joint-on-par-composition",
  "joint-on-par-face",
  "joint-slightly-better",
  "joint-ahead-replication-clip-t",
  "joint-ahead-style-clip-s",
  "joint-ahead-style-clip-p",
  "joint-ahead-object-clip-i",
  "joint-ahead-object-clip-p",
  "joint-ahead-composition-clip-p",
  "joint-ahead-face-clip-i",
  "joint-takes-as-much",
  "joint-rises-as-fast",
  "joint-arrives-as-early",
] as const;

/** All of them. */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    of: INSTRUCTED,
    because:
      "The instruction does next to nothing yet: its layers start at zero (Sec. 3.5), and the training is too short for them to matter.",
    test:
      "told another task, from the same noise, the score of what should be taken changes by less than 0.05",
    check: "instructionIsIdle",
  },
  {
    of: ["rewording-is-subtle", "rewording-keeps-content", "task-embeddings-would-do"],
    why: "supported",
    because: "A caveat: a model that does not heed its instruction at all would support this statement too.",
    test:
      "told another task, from the same noise, the score of what should be taken changes by less than 0.05",
    check: "instructionIsIdle",
  },
  {
    of: [...INSTRUCTED, "replication-kept", "joint-ahead-style-clip-s", "joint-slightly-better"],
    because: "The joint model is trained too little: its scores are still rising when the training ends.",
    test: "the joint model's validation scores rise in the second half of the training",
    check: "scoresStillRise",
  },
  {
    of: KEEPS_UP,
    because:
      "In as many steps the joint model sees each task a fifth as often as its specialist, and the mini tasks have little in common to learn.",
    test: "its last scores are nearer to the specialists' at a fifth of the steps than to their last",
    check: "behindByItsShare",
  },
  {
    of: ["instruction-controls", "random-beats-fixed", "replication-kept"],
    because: "The adapters have hardly left the IPAdapter+ start that all trainings share.",
    test: "joint model and start lie within each other's intervals in at least 8 of Table 1's 10 columns",
    check: "nearTheStart",
  },
  {
    of: ["joint-ahead-style-clip-s", "joint-on-par-style"],
    because:
      "CLIP-S rewards a copy of the condition: a specialist that lets more of the condition's content through scores higher on it.",
    test: "on style more content leaks through the single-task model than through the joint one",
    check: "specialistCopiesMore",
  },
  {
    of: ["very-little-difference"],
    because:
      "The largest of thirty differences is judged, and single cells are too uncertain for its margin.",
    test: "half the width of a cell's interval is, in the median, more than the margin of 5 % of its mean",
    check: "cellsAreUncertain",
  },
  {
    of: ["full-scale-overpowers-text", "best-scale-is-advised"],
    because:
      "The small base model follows prompts weakly by itself, so that there is little for the adapter to drown.",
    test: "with the prompt alone, CLIP-P stays under 90 % of the target pictures'",
    check: "promptIsWeak",
  },
  {
    of: ["best-scale-is-advised"],
    because: "The trade hardly changes with the scale, so that the best one cannot be placed.",
    test: "the interval of the best trade reaches down to the worst trade between scales 0.4 and 1",
    check: "tradeIsFlat",
  },
  {
    of: ["instructions-cluster", "tasks-identifiable", "fixed-prompts-inside"],
    because: "One task's wordings, as our grammar writes them, lie near another's; the others part well.",
    test: "a single task has more than half of the held-out wordings that the nearest centroid gets wrong",
    check: "oneTaskIsUnclear",
  },
  {
    of: ["inconclusive"],
    because: "Too few items or seeds: the interval is wider than the effect.",
    test:
      "the least difference found with 80 % power is larger than the distance from the border of the paper's own number, or than 0.05 where it " +
      "prints none",
    check: "tooFewItems",
  },
];
