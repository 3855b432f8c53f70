/** What an experiment is: a JSON-serialisable record, and a program that turns it into stages and files. */
import type { Precision } from "../../lib/engine/compile.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { Stage, StageOutput } from "../runner/mod.ts";
import type { BudgetId, ScaleId } from "./scales.ts";

/** How instructions are chosen for a row, when training and when scoring. */
export type InstructionChoice =
  /** A random training instruction per sample; scored with held-out wordings from other templates. */
  | "random"
  /** The task's one fixed instruction, for both. */
  | "fixed"
  /** None: the model takes no instruction. */
  | "none";

/** Which model a row is of. */
export type RowModel =
  /** A model per task. */
  | "single"
  /** One model for all tasks. */
  | "joint"
  /** The committed joint adapter, trained before and for longer. */
  | "committed"
  /** IPAdapter+, which all trainings start from. */
  | "start"
  /** The same in the style layers alone (InstantStyle). */
  | "start-style-layers"
  /** The data itself. */
  | "target";

/** A row of a table: which model, with which instructions. */
export interface ExperimentRow {
  readonly row: string;
  readonly model: RowModel;
  readonly instructions: InstructionChoice;
}

/** A table or figure of the paper, as data. */
export interface Experiment {
  readonly id: string;
  /** As the paper prints it, e.g. "Fig. 4". */
  readonly name: string;
  readonly title: string;
  /** Where the paper has it. */
  readonly paper: string;
  /** What the paper shows or says there, in our words. */
  readonly says: string;
  /** The tasks it is about. */
  readonly tasks: readonly TaskId[];
}

/** A table: rows of models, scored. */
export interface TableExperiment extends Experiment {
  readonly rows: readonly ExperimentRow[];
  /** Resamples behind each interval. */
  readonly resamples: number;
}

/** Names of the devices. */
export const DEVICES = ["cpu", "webgpu", "cuda"] as const;
export type Device = (typeof DEVICES)[number];

/** What a user asks of an experiment. */
export interface RunRequest {
  readonly scale: ScaleId;
  readonly budget: BudgetId;
  readonly seeds: readonly number[];
  readonly tasks: readonly TaskId[];
  readonly device: Device;
  /** Of tables: the rows that are computed; all if absent. */
  readonly rows?: readonly string[];
  /** Paper scale: folder of the models' weights; the hub's cache if absent. */
  readonly models?: string;
  /** Paper scale: holds a folder of pairs for each task. */
  readonly data?: string;
  /** Samples of a run of the training step where a batch does not fit the device; the scale's if absent. */
  readonly microBatch?: number;
  /** Of the training step's products; single if absent. */
  readonly precision?: Precision;
}

/** An experiment that can be run. */
export interface ExperimentProgram {
  readonly record: Experiment;
  /**
   * What its stages are at the paper's scale: of models that Table 1 trains on weights and pairs of the user's, or such that need no training. Absent: only
   * the mini scale's models compute them.
   */
  readonly paperScale?: "trained" | "untrained";
  /** The last stages; their parents follow. @throws UserError when the request cannot be planned. */
  targets(request: RunRequest): readonly Stage[];
  /** What the request needs and this machine has not, in one sentence; nothing when it can run. A plan needs nothing. */
  needs?(request: RunRequest): string | undefined;
  /** Called once before anything is computed. @throws UserError when the device is not there. */
  prepare(request: RunRequest): Promise<void>;
  /** Files to write, by name, and the text to print, from the outputs of the targets. */
  collect(
    outputs: ReadonlyMap<string, StageOutput>,
    options: { width: number },
  ): Promise<{ files: ReadonlyMap<string, Uint8Array | string>; text: string }>;
}
