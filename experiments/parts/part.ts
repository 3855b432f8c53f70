/** What a frozen part of the mini scale is: its name, what its training reads, how it is trained, how it is measured. */
import {
  type CompileOptions,
  type Feed,
  fold,
  type HostParams,
  type Key,
  key,
} from "../../lib/engine/mod.ts";
import type { Bank } from "../../lib/tasks/mod.ts";
import type {
  LearningRateSchedule,
  OptimizerConfig,
  TrainStep,
  TrainStepOptions,
} from "../../lib/training/mod.ts";
import type { Measurement } from "./measurement.ts";

/** How a part is trained, as data. */
export interface PartRecipe {
  /** Default number of steps. */
  readonly steps: number;
  /** Samples of a batch. */
  readonly batch: number;
  readonly seed: number;
  /** Learning rate by step; it ends with the training. */
  readonly schedule: {
    readonly kind: LearningRateSchedule["kind"];
    readonly lr: number;
    readonly warmup: number;
  };
  /** Decay of the average of the weights that the checkpoint holds; absent: the last weights. */
  readonly emaDecay?: number;
  /** How weights are updated; AdamW with PyTorch's constants if absent. */
  readonly optimizer?: OptimizerConfig;
  /** One sentence for the card. */
  readonly summary: string;
}

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

/** What a training is given. */
export interface PrepareOptions {
  readonly recipe: PartRecipe;
  /** Key of all batches; see {@link batchKey}. */
  readonly batches: Key;
  /** Called with what is being prepared. */
  readonly notify: (message: string) => void;
  /** How the step is compiled. */
  readonly compile: CompileOptions;
}

/** A table of a part's card. */
export interface PartTable {
  readonly heading: string;
  /** One sentence, Markdown. */
  readonly note: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A part; registered in `mod.ts`. */
export interface Part {
  /** Its checkpoint is data/checkpoints/<name>.safetensors. */
  readonly name: string;
  /** "frozen": what adapters are trained, sampled and judged with; "adapter": trained on those; "addition": put on top of the base. */
  readonly kind: "frozen" | "adapter" | "addition";
  /** What help calls it, where it is one of many of its kind. */
  readonly oneOf?: string;
  /** What it is trained on. */
  readonly data: string;
  /** Parts that its training reads: it is made anew when one of them is. */
  readonly reads: readonly string[];
  readonly recipe: PartRecipe;
  /** Gets the training ready. */
  prepare(bank: Bank, options: PrepareOptions): Promise<Training>;
  readonly measurement: Measurement;
  /** What led to its recipe, for its card. */
  readonly trials?: () => Promise<PartTable>;
}

/** What of a recipe a compiled step takes. */
export function stepOptions(
  { emaDecay, optimizer }: PartRecipe,
): Pick<TrainStepOptions, "emaDecay" | "optimizer"> {
  return { ...(emaDecay === undefined ? {} : { emaDecay }), ...(optimizer ? { optimizer } : {}) };
}

/** What most parts are trained on. */
export const PRETRAINING = "pre-training stream";

/** Key of a training's batches. `earlier`: how many trainings its weights have behind them; each samples batches of its own. */
export function batchKey(seed: number, earlier: number): Key {
  return earlier === 0 ? key(seed) : fold(key(seed), "earlier trainings", earlier);
}
