/** Our best explanations of statements that may fail at mini scale, each with the test that would show it wrong. */
import type { Explanation } from "../../lib/report/mod.ts";
import {
  cellsAreUncertain,
  namesDecide,
  nearTheStart,
  numberLacksNames,
  oneTaskIsUnclear,
  plainWordsMix,
  promptIsLearntElsewhere,
  promptIsWeak,
  replicationIsUnclear,
  startScoresHigher,
  timingVaries,
  tooFewItems,
  tradeIsFlat,
  wellWithoutRule,
  wordingsStray,
} from "./cell_checks.ts";
import { behindByItsShare, instructionIsIdle, scoresStillRise } from "./training_checks.ts";
import {
  bothGiveWay,
  committedBringsPart,
  committedTakesLittleComposition,
  controlIsWeak,
  jointHeedsLittle,
  jointTakesLittle,
  loraSparesTheRest,
  personsComeThroughLittle,
  promptAloneLeaksLess,
  specialistCopiesMore,
  startReproducesLittle,
} from "./use_checks.ts";

/** Statements that rest on the instruction doing something in Table 1's joint model, by scores that Fig. 7 follows. */
const JUDGED_BY_SCORES = [
  "random-beats-fixed",
  "rewording-is-noticeable",
  "many-wordings-make-robust",
  "text-starts-new-tasks",
  "text-is-flexible",
  "keyword-rule-helps-training",
] as const;

/** All that rest on that. */
const INSTRUCTED = [...JUDGED_BY_SCORES, "shared-conditions-need-the-instruction"] as const;

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
      "under another task's instruction, from the same noise, the score of what should be taken changes by less than 0.05",
    check: instructionIsIdle,
  },
  {
    of: ["shared-conditions-need-the-instruction"],
    because:
      "After so few steps the joint model heeds its instruction hardly at all, whatever it is trained on.",
    test: "its control is less than a tenth of the targets'",
    check: jointHeedsLittle,
  },
  {
    of: [
      "instruction-controls",
      "own-instruction-takes-most",
      "free-wordings-control",
      "plus-leaks",
      "adapter-controls-beside",
    ],
    because:
      "The control set's things, looks and persons were in no training: of these the small models bring only a part across, whatever the instruction asks for.",
    test:
      "instructed to take everything, the committed adapter comes less than three quarters of the way from the prompt alone to the condition",
    check: committedBringsPart,
  },
  {
    of: ["plus-worse-at-faces"],
    because: "Persons that were in no training hardly come through, so that there is little to be better at.",
    test: "instructed to take the face, the committed adapter takes less than half of the person",
    check: personsComeThroughLittle,
  },
  {
    of: ["replication-kept"],
    because: "Wordings of replication lie near other tasks', so that some are taken for another's.",
    test: "replication has more than half of the held-out wordings that the nearest centroid gets wrong",
    check: replicationIsUnclear,
  },
  {
    of: [
      "rewording-is-subtle",
      "rewording-keeps-content",
      "many-wordings-make-robust",
      "task-embeddings-would-do",
    ],
    why: "supported",
    because: "A caveat: a model that does not heed its instruction at all would support this statement too.",
    test:
      "under another task's instruction, from the same noise, the score of what should be taken changes by less than 0.05",
    check: instructionIsIdle,
  },
  {
    of: [...JUDGED_BY_SCORES, "joint-ahead-style-clip-s", "joint-slightly-better"],
    because: "The joint model is trained too little: its scores are still rising when the training ends.",
    test: "the joint model's validation scores rise in the second half of the training",
    check: scoresStillRise,
  },
  {
    of: KEEPS_UP,
    because:
      "In as many steps the joint model sees each task a fifth as often as its specialist, and the mini tasks have little in common to learn.",
    test: "its last scores are nearer to the specialists' at a fifth of the steps than to their last",
    check: behindByItsShare,
  },
  {
    of: ["random-beats-fixed"],
    because: "The adapters have hardly left the IPAdapter+ start that all trainings share.",
    test: "joint model and start lie within each other's intervals in at least 8 of Table 1's 10 columns",
    check: nearTheStart,
  },
  {
    of: ["joint-ahead-style-clip-s", "joint-on-par-style"],
    because:
      "CLIP-S rewards a copy of the condition: a specialist that lets more of the condition's content through scores higher on it.",
    test: "on style more content leaks through the single-task model than through the joint one",
    check: specialistCopiesMore,
  },
  {
    of: ["single-ahead-replication-clip-i", "single-ahead-composition-clip-i"],
    because:
      "Likeness to the condition is what the shared start has most of: the specialist, which sees its task five times as often, leaves it farther " +
      "behind.",
    test: "the IPAdapter+ start scores higher on this column than the joint model",
    check: startScoresHigher,
  },
  {
    of: ["single-ahead-face-clip-p"],
    because: "What the joint model learns of following prompts on the other tasks carries over to faces.",
    test: "its CLIP-P is above the single-task models' on style, object and composition, in the mean",
    check: promptIsLearntElsewhere,
  },
  {
    of: ["random-beats-fixed"],
    because:
      "On objects the random wordings give the object's name and the fixed one does not, so that names are compared there too, not wordings alone.",
    test: "without the object's two columns the mean relative difference has the other sign",
    check: namesDecide,
  },
  {
    of: ["random-beats-fixed"],
    why: "supported",
    because:
      "A caveat: on objects the random wordings give the object's name and the fixed one does not, so that it may be names that help.",
    test: "without the object's two columns the mean relative difference has the other sign",
    check: namesDecide,
  },
  {
    of: ["one-training-for-all"],
    because: "The machine did other work during some of the trainings: steps alone would give a fifth.",
    test:
      "the share of the time differs between seeds, whose work is the same, by more than a tenth of its mean",
    check: timingVaries,
  },
  {
    of: ["very-little-difference"],
    because:
      "The largest of thirty differences is judged, and single cells are too uncertain for its margin.",
    test: "half the width of a cell's interval is, in the median, more than the margin of 5 % of its mean",
    check: cellsAreUncertain,
  },
  {
    of: ["plus-carries-over"],
    because: "The small IPAdapter+ hardly learnt to reproduce, so that it has little to carry over.",
    test: "on replication its CLIP-I is less than half of the way from the prompt alone to the targets",
    check: startReproducesLittle,
  },
  {
    of: ["plus-leaks"],
    why: "supported",
    because:
      "A caveat: what takes less leaks less, and an adapter that takes hardly more than the prompt alone would pass too.",
    test:
      "with the prompt alone less leaks than through the committed adapter, in each task and in their mean",
    check: promptAloneLeaksLess,
  },
  {
    of: ["joint-leaks-more", "longer-training-leaks-less"],
    because: "The joint model takes little from the condition at all, and so leaks little.",
    test: "what it takes is less than half of the way from the prompt alone to the single-task models",
    check: jointTakesLittle,
  },
  {
    of: ["composition-bleeds-style"],
    because: "The joint model takes little from the condition at all, and so leaks little.",
    test:
      "what it takes of compositions is less than half of the way from the prompt alone to the single-task model",
    check: committedTakesLittleComposition,
  },
  {
    of: ["controlnet-guides"],
    because: "The small ControlNet learnt to follow its control weakly, with or without the adapter.",
    test: "alone, its F1 is less than half of the way from the picture without a control to 1",
    check: controlIsWeak,
  },
  {
    of: ["controlnet-undisturbed", "adapter-undisturbed"],
    because:
      "Adapter and ControlNet add to the same features of the base and were trained without each other: together they push too far.",
    test:
      "both lose by being put together: the control is followed less than by the ControlNet alone, and less is taken than by the adapter alone",
    check: bothGiveWay,
  },
  {
    of: ["lora-compatible"],
    because: "The LoRA draws in a look of its own and so replaces the treatment that the style task takes.",
    test: "without that score, the mean of the other three falls by less than 0.05",
    check: loraSparesTheRest,
  },
  {
    of: ["full-scale-overpowers-text", "best-scale-is-advised", "text-beside-the-image-heeds-prompts"],
    because:
      "The small base model follows prompts weakly by itself, so that there is little for an image to drown.",
    test: "with the prompt alone, CLIP-P stays under 90 % of the target pictures'",
    check: promptIsWeak,
  },
  {
    of: ["best-scale-is-advised"],
    because: "The trade hardly changes with the scale, so that the best one cannot be placed.",
    test: "the interval of the best trade reaches down to the worst trade between scales 0.4 and 1",
    check: tradeIsFlat,
  },
  {
    of: ["instructions-cluster", "tasks-identifiable", "fixed-prompts-inside"],
    because: "One task's wordings, as our grammar writes them, lie near another's; the others part well.",
    test: "a single task has more than half of the held-out wordings that the nearest centroid gets wrong",
    check: oneTaskIsUnclear,
  },
  {
    of: ["instructions-cluster"],
    because:
      "A third of our training instructions do without the paper's words, so that wordings typed freely are understood; those lie nearer to other tasks'.",
    test: "in the paper's words alone more than 95 % of an instruction's nearest are of its task",
    check: plainWordsMix,
  },
  {
    of: ["rewording-is-subtle", "rewording-keeps-content"],
    because:
      "Some held-out wordings lie nearer to another task's, so that rewording changes the task itself.",
    test: "less than 95 % of the held-out wordings have their own task's centroid nearest",
    check: wordingsStray,
  },
  {
    of: ["keyword-rule-separates"],
    because: "The sentence encoder tells the tasks apart even where another task's keyword is named.",
    test: "without the rule more than 95 % of an instruction's nearest are of its task",
    check: wellWithoutRule,
  },
  {
    of: ["task-embeddings-would-do"],
    because: "On objects the text gives the object's name, which the number of a task cannot.",
    test: "on the other four tasks the one-hot model stays within the margin of 3.5 %",
    check: numberLacksNames,
  },
  {
    of: ["inconclusive"],
    because: "Too few items or seeds: the interval is wider than the effect.",
    test:
      "the least difference found with 80 % power is larger than the distance from the border of the paper's own number or, where it prints none, " +
      "than the margin that the statement itself sets",
    check: tooFewItems,
  },
];
