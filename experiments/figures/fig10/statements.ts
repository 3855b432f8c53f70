/** Fig. 10: what the adapter takes and what a ControlNet prescribes, alone and together, and the paper's statements about it. */
import type { TaskId } from "../../../lib/tasks/mod.ts";
import { CONTROL_SCORE, LORA_SCORE } from "../../setting/score_names.ts";
import { FIG10 } from "./record.ts";
import {
  average,
  type Cell,
  type CellMean,
  cellsOf,
  LITTLE_SCORE,
  type ResampledCells,
  type Statement,
} from "../../../lib/report/mod.ts";
import { overUses, type UseEvidence } from "../uses/use_evidence.ts";
import type { TakenScores } from "../uses/uses.ts";

/** The rows, in the order of the figure; a scale without a LoRA has none with one. */
export const COMBINATIONS = FIG10.combinations.map(({ row }) => row);

/** The content of fig10's result. */
export interface CombinationContent {
  /** Rows, in the order of the figure. */
  readonly rows: readonly string[];
  /** The score of what should be taken from the condition, by task. */
  readonly taken: TakenScores;
  /** What {@link CONTROL_SCORE} measures, by task; absent where nothing does. */
  readonly agreement: Readonly<Record<string, string>>;
  /** Means of all scores. */
  readonly cells: readonly Cell[];
}

/** Gathers the content. */
export function combinationContent(
  resampled: ResampledCells,
  options: {
    readonly rows: readonly string[];
    readonly tasks: readonly TaskId[];
    readonly taken: TakenScores;
    readonly agreement: Readonly<Record<string, string>>;
  },
): CombinationContent {
  const { rows, tasks, taken, agreement } = options;
  const own = Object.fromEntries(tasks.map((task) => [task, taken[task] as string]));
  return { rows, taken: own, agreement, cells: cellsOf(resampled) };
}

/** What the statements are judged by. */
export interface CombinationEvidence extends UseEvidence {
  /** The tasks whose pictures tell how well they follow the control. */
  readonly followed: readonly TaskId[];
}

type Score = (mean: CellMean, row: string, task: TaskId) => number;

const follows: Score = (mean, row, task) => mean(row, task, CONTROL_SCORE);
const takes = (taken: TakenScores): Score => (mean, row, task) => mean(row, task, taken[task] as string);

const over = (
  mean: CellMean,
  [more, less]: readonly [string, string],
  score: Score,
  tasks: readonly TaskId[] = FIG10.tasks,
) => average(tasks.map((task) => score(mean, more, task) - score(mean, less, task)));

const found = (
  evidence: CombinationEvidence,
  compute: (mean: CellMean) => number,
  tasks: readonly TaskId[] = FIG10.tasks,
) => {
  const { main: { name } } = evidence;
  const of = tasks.length < FIG10.tasks.length ? `${name}, ${tasks.join(", ")} alone` : name;
  return overUses(evidence, compute, of);
};

/** How much more of the control is followed, where pictures tell it. */
const foundFollowed = (evidence: CombinationEvidence, rows: readonly [string, string]) =>
  found(evidence, (mean) => over(mean, rows, follows, evidence.followed), evidence.followed);

/**
 * What the paper says about the adapter beside ControlNets and LoRAs. `lora-compatible` asks for both sides: control and condition stay, and the
 * LoRA does something beside them, which one without any effect does not; the smaller margin is judged, by its own interval.
 */
export const COMBINATION_STATEMENTS: readonly Statement<CombinationEvidence>[] = [
  {
    id: "controlnet-guides",
    section: "4.4, Fig. 10",
    statement: "Beside the adapter, a ControlNet gives pixel-precise guidance.",
    quantity: "edge and outline F1, both less Instruct alone, mean over style and face",
    region: { low: 0 },
    measure: (evidence) => foundFollowed(evidence, ["both", "adapter-alone"]),
  },
  {
    id: "controlnet-undisturbed",
    section: "4.4, Fig. 10",
    statement: "The adapter does not disturb the ControlNet.",
    quantity: "edge and outline F1, both less ControlNet alone, mean over style and face",
    region: { low: -LITTLE_SCORE },
    measure: (evidence) => foundFollowed(evidence, ["both", "control-alone"]),
  },
  {
    id: "adapter-undisturbed",
    section: "4.4, Fig. 10",
    statement: "With a ControlNet, the adapter conditions the picture as it did before.",
    quantity: "score of what should be taken, both less Instruct alone, mean over style and face",
    region: { low: -LITTLE_SCORE },
    measure: (evidence) =>
      found(evidence, (mean) => over(mean, ["both", "adapter-alone"], takes(evidence.taken))),
  },
  {
    id: "adapter-controls-beside",
    section: "Fig. 10",
    statement:
      "With a ControlNet for the structure, the instruction brings style or face in from the condition.",
    quantity: "score of what should be taken, both less ControlNet alone, mean over style and face",
    region: { low: 0 },
    measure: (evidence) =>
      found(evidence, (mean) => over(mean, ["both", "control-alone"], takes(evidence.taken))),
  },
  {
    id: "lora-compatible",
    section: "4.4",
    statement: "The adapter stays compatible with LoRAs of its base model.",
    quantity:
      `smaller margin, both with a LoRA less both without: mean of F1 and of what should be taken, over style and face, beyond ` +
      `−${LITTLE_SCORE}; share of style's pictures that are of the LoRA's family`,
    region: { low: 0 },
    measure(evidence) {
      const keeps: Score = (mean, row, task) =>
        (follows(mean, row, task) + takes(evidence.taken)(mean, row, task)) / 2;
      return found(evidence, (mean) =>
        Math.min(
          over(mean, ["both-lora", "both"], keeps) + LITTLE_SCORE,
          mean("both-lora", "style", LORA_SCORE) - mean("both", "style", LORA_SCORE),
        ));
    },
  },
];
