/** What a pre-training is: a compiled step, batches by step number, and how to make a checkpoint of it. */
import {
  type CompileOptions,
  type Feed,
  fold,
  type HostParams,
  type Key,
  key,
} from "../../lib/engine/mod.ts";
import type { LearningRateSchedule, TrainStep } from "../../lib/training/mod.ts";
import type { Bank } from "../../lib/tasks/mod.ts";
import type { PartId } from "../mini/checkpoints.ts";

/** A finished part: tensors for the file, configuration and facts for its header. */
export interface FinishedPart {
  readonly tensors: HostParams;
  readonly config: Record<string, unknown>;
}

/** A training that is ready to start. */
export interface Training {
  readonly step: TrainStep;
  readonly batch: (step: number) => Record<string, Feed> | Promise<Record<string, Feed>>;
  finish(): Promise<FinishedPart>;
}

/** What a training is given besides its recipe. */
export interface PrepareOptions {
  /** Key of all batches; see {@link drawKey}. */
  readonly draws: Key;
  /** Told what is being prepared. */
  readonly notify: (message: string) => void;
  /** How the step is compiled. */
  readonly compile: CompileOptions;
}

/** How a frozen part is made. */
export interface Recipe {
  readonly part: PartId;
  /** Default number of steps. */
  readonly steps: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Committed parts that the training reads. */
  readonly reads: readonly PartId[];
  readonly schedule: (steps: number) => LearningRateSchedule;
  /** One sentence for the card. */
  readonly summary: string;
  prepare(bank: Bank, options: PrepareOptions): Promise<Training>;
}

/** Key of a training's batches. `earlier`: how many trainings its weights have behind them; each draws batches of its own. */
export function drawKey(seed: number, earlier: number): Key {
  return earlier === 0 ? key(seed) : fold(key(seed), "earlier trainings", earlier);
}
