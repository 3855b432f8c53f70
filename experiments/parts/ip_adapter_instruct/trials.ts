/** How many steps the joint model needs to heed its instruction: Table 1's recipe for several lengths and batches (bench/joint_steps.ts), for the card. */
import type { PartTable } from "../part.ts";
import { trialsTable } from "../trials_table.ts";

/** A training's row in results/bench/joint_steps.json. */
export interface JointTrial {
  /** Steps and batch, in words. */
  readonly recipe: string;
  readonly steps: number;
  readonly batch: number;
  /** Training pairs of each task. */
  readonly pairs: number;
  /** Scenes that control was measured on, and two thirds as many portraits. */
  readonly scenes: number;
  /** Seconds of the steps alone, on so many threads. */
  readonly seconds: number;
  readonly threads: number;
  /** Control in held-out wordings and in free ones, 0 (the instruction decides nothing) to 1, with 95 % intervals over conditions. */
  readonly control: readonly [value: number, low: number, high: number];
  readonly controlFree: readonly [value: number, low: number, high: number];
}

/** Where they are kept. */
export const TRIALS: URL = new URL("../../../results/bench/joint_steps.json", import.meta.url);

const shown = ([value, low, high]: JointTrial["control"]) =>
  `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;

/** The table of the card. */
export const trialTable = (): Promise<PartTable> =>
  trialsTable<JointTrial>(TRIALS, {
    heading: "Control after shorter trainings",
    note:
      "Table 1's recipe for so many steps, each training from IPAdapter+ and with its rate down to 0: `deno run -A bench/joint_steps.ts`. The steps of Table 1 at full were chosen by it.",
    columns: {
      training: ({ recipe }) => recipe,
      samples: ({ steps, batch }) => (steps * batch).toLocaleString("en"),
      "pairs a task": ({ pairs }) => pairs.toLocaleString("en"),
      "seconds, threads": ({ seconds, threads }) => `${seconds}, ${threads}`,
      scenes: ({ scenes }) => `${scenes}`,
      control: ({ control }) => shown(control),
      "control, free wordings": ({ controlFree }) => shown(controlFree),
    },
  });
