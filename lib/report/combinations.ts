/** Fig. 10: what the adapter takes and what a ControlNet prescribes, alone and together, and the paper's statements about it. */
import { type CellMean, drawnInterval } from "./drawn_interval.ts";
import type { ClaimVerdict } from "./claim_verdict.ts";
import { judgeStatements, type Statement } from "./statement.ts";
import { average } from "./table1_claims.ts";
import { type Cell, cellsOf, type Table1Draws } from "./table1_result.ts";
import { LITTLE_SCORE } from "./use_claims.ts";
import type { TakenScores } from "./uses.ts";

/** The rows, in the order of drawing. */
export const COMBINATIONS = ["control-alone", "adapter-alone", "both", "both-lora"] as const;

/** How they are named. */
export const COMBINATION_LABELS: Readonly<Record<(typeof COMBINATIONS)[number], string>> = {
  "control-alone": "ControlNet alone",
  "adapter-alone": "Instruct alone",
  "both": "Instruct + ControlNet",
  "both-lora": "both + LoRA",
};

/** Name of the score of what the ControlNet prescribes, in [0, 1], higher is better. */
export const CONTROL_SCORE = "control F1";

/** Name of the score of what the LoRA does, 1 where a statistic of colours and edges tells the picture to be of its family, else 0; of style alone. */
export const LORA_SCORE = "LoRA's family";

/** The tasks that are combined with a ControlNet. */
export const COMBINED_TASKS = ["style", "face"] as const;

/** The content of fig10's result. */
export interface CombinationContent {
  /** Rows, in the order of drawing. */
  readonly rows: readonly string[];
  /** The score of what should be taken from the condition, by task. */
  readonly taken: TakenScores;
  /** What {@link CONTROL_SCORE} measures, by task. */
  readonly agreement: Readonly<Record<string, string>>;
  /** Means of all scores. */
  readonly cells: readonly Cell[];
}

/** Gathers the content. */
export function combinationContent(
  draws: Table1Draws,
  options: {
    readonly tasks: readonly string[];
    readonly taken: TakenScores;
    readonly agreement: Readonly<Record<string, string>>;
  },
): CombinationContent {
  const { tasks, taken, agreement } = options;
  const own = Object.fromEntries(tasks.map((task) => [task, taken[task] as string]));
  return { rows: COMBINATIONS, taken: own, agreement, cells: cellsOf(draws) };
}

/** What the paper says about the adapter beside ControlNets and LoRAs. */
export const COMBINATION_STATEMENTS: readonly Statement[] = [
  {
    id: "controlnet-guides",
    section: "4.4, Fig. 10",
    statement: "Beside the adapter, a ControlNet gives pixel-precise guidance.",
    quantity: "edge and outline F1, both less Instruct alone, mean over style and face",
    region: { low: 0 },
  },
  {
    id: "controlnet-undisturbed",
    section: "4.4, Fig. 10",
    statement: "The adapter does not disturb the ControlNet.",
    quantity: "edge and outline F1, both less ControlNet alone, mean over style and face",
    region: { low: -LITTLE_SCORE },
  },
  {
    id: "adapter-undisturbed",
    section: "4.4, Fig. 10",
    statement: "With a ControlNet, the adapter conditions the picture as it did before.",
    quantity: "score of what should be taken, both less Instruct alone, mean over style and face",
    region: { low: -LITTLE_SCORE },
  },
  {
    id: "adapter-controls-beside",
    section: "Fig. 10",
    statement:
      "With a ControlNet for the structure, the instruction brings style or face in from the condition.",
    quantity: "score of what should be taken, both less ControlNet alone, mean over style and face",
    region: { low: 0 },
  },
  {
    id: "lora-compatible",
    section: "4.4",
    statement: "The adapter stays compatible with LoRAs of its base model.",
    quantity:
      `smaller margin, both with a LoRA less both without: mean of F1 and of what should be taken, over style and face, beyond ` +
      `−${LITTLE_SCORE}; share of style's pictures that are of the LoRA's family`,
    region: { low: 0 },
  },
];

/**
 * Judges Fig. 10 by cells of all its rows. `lora-compatible` asks for both sides: control and condition stay, and the LoRA does something beside
 * them, which one without any effect does not; the smaller margin is judged, by its own interval.
 */
export function judgeCombinations(draws: Table1Draws, taken: TakenScores): ClaimVerdict[] {
  type Score = (mean: CellMean, row: string, task: string) => number;
  const found = (compute: (mean: CellMean) => number) => {
    const interval = drawnInterval(draws, compute);
    return interval && { ...interval, evidence: `${Math.min(...draws.items)} items per task, paired` };
  };
  const over = (mean: CellMean, [more, less]: readonly [string, string], score: Score) =>
    average(COMBINED_TASKS.map((task) => score(mean, more, task) - score(mean, less, task)));
  const difference = (rows: readonly [string, string], score: Score) =>
    found((mean) => over(mean, rows, score));
  const follows: Score = (mean, row, task) => mean(row, task, CONTROL_SCORE);
  const takes: Score = (mean, row, task) => mean(row, task, taken[task] as string);
  const keeps: Score = (mean, row, task) => (follows(mean, row, task) + takes(mean, row, task)) / 2;
  return judgeStatements(COMBINATION_STATEMENTS, {
    "controlnet-guides": difference(["both", "adapter-alone"], follows),
    "controlnet-undisturbed": difference(["both", "control-alone"], follows),
    "adapter-undisturbed": difference(["both", "adapter-alone"], takes),
    "adapter-controls-beside": difference(["both", "control-alone"], takes),
    "lora-compatible": found((mean) =>
      Math.min(
        over(mean, ["both-lora", "both"], keeps) + LITTLE_SCORE,
        mean("both-lora", "style", LORA_SCORE) - mean("both", "style", LORA_SCORE),
      )
    ),
  });
}
