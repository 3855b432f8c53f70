/** What Table 1 asks of the models: three functions. */
import type { Json } from "../../lib/hub/mod.ts";
import type { MetricNote, SampleRow, ValidationPoint } from "../../lib/report/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { AdapterRecipe } from "../../lib/training/mod.ts";
import type { Device, InstructionChoice } from "./experiment.ts";
import type { InstructForm } from "./instruct_form.ts";
import type { StageCode, StageContext, StageOutput } from "../runner/mod.ts";
import type { ScaleId } from "./scales.ts";

/** Encode one task's pairs: latents of targets, tokens of conditions, prompts, for training and for validation. */
export interface EncodeRequest {
  readonly [name: string]: Json;
  readonly scale: ScaleId;
  readonly task: TaskId;
  readonly trainItems: number;
  readonly validationItems: number;
  readonly device: Device;
}

/** What encoding reports; its files are for the two functions below and for no one else. */
export interface EncodeReport {
  /** SHA-256 over the source pictures and what is composed from them. */
  readonly datasetHash: string;
}

/** Which adapter to train. */
export type Variant =
  | { readonly kind: "single"; readonly task: TaskId }
  /** All tasks, random instructions. */
  | { readonly kind: "instruct" }
  /** All tasks, one fixed instruction each. */
  | { readonly kind: "fixed" };

/** Train one adapter from the IPAdapter+ start. */
export interface TrainRequest {
  readonly [name: string]: Json;
  readonly scale: ScaleId;
  readonly variant: Variant;
  /** The tasks it is trained on, mixed evenly. */
  readonly tasks: readonly TaskId[];
  readonly instructions: InstructionChoice;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly recipe: AdapterRecipe;
  readonly validateEvery: number;
  readonly validateItems: number;
  readonly samplerSteps: number;
  readonly guidance: number;
  readonly device: Device;
}

/** Encode a task's training instructions in another form, or other wordings, for an ablation. */
export interface TellRequest {
  readonly [name: string]: Json;
  readonly scale: ScaleId;
  readonly task: TaskId;
  readonly trainItems: number;
  readonly form: InstructForm;
  /** With the keyword rule of Sec. 3.4, or without. */
  readonly corpus: "filtered" | "unfiltered";
  readonly device: Device;
}

/** Writes files for a training alone. */
export type EncodeInstructions = (request: TellRequest, context: StageContext) => Promise<void>;

/** Outputs that a training reads. */
export interface TrainInputs {
  /** By task. */
  readonly datasets: ReadonlyMap<TaskId, StageOutput>;
  /** In place of the datasets' own instructions, for an ablation. */
  readonly instructions?: ReadonlyMap<TaskId, StageOutput>;
}

/** What a training reports; it writes its adapter through the context. */
export interface TrainReport {
  readonly steps: number;
  /** The loss, averaged over the last steps: mean squared error of v at mini scale, of the predicted noise at the paper's. */
  readonly finalLoss: number;
  /** Validation scores during training, for Fig. 7. */
  readonly validation: readonly Omit<ValidationPoint, "row" | "seed">[];
}

/** Generate one task's validation images with one model, and score them. */
export interface ScoreRequest {
  readonly [name: string]: Json;
  readonly scale: ScaleId;
  /** "single-task", "instruct", "fixed", "ip-adapter-plus", or "ground-truth": score the targets themselves. */
  readonly row: string;
  readonly task: TaskId;
  readonly instructions: InstructionChoice;
  /** Initial noise of item i comes from (task, i, seed) alone, so that all rows start from the same noise. */
  readonly seed: number;
  readonly items: number;
  readonly samplerSteps: number;
  readonly guidance: number;
  /** The first items whose pictures are wanted. */
  readonly galleryItems: number;
  readonly device: Device;
}

/** One item's pictures, RGB, height × width × 3. */
export interface GalleryItem {
  readonly index: number;
  readonly side: number;
  readonly condition: Uint8Array;
  readonly target: Uint8Array;
  readonly output: Uint8Array;
}

/** What scoring reports. */
export interface ScoreReport {
  /** One per item. `scores` holds the task's two Table 1 metrics by the judge, and any further ones under other names. */
  readonly samples: readonly Omit<SampleRow, "row" | "task" | "seed">[];
  readonly gallery: readonly GalleryItem[];
}

/** Everything Table 1 needs. */
export interface Table1Stages {
  readonly encodeDataset: StageCode<(request: EncodeRequest, context: StageContext) => Promise<EncodeReport>>;
  readonly trainAdapter: StageCode<
    (request: TrainRequest, inputs: TrainInputs, context: StageContext) => Promise<TrainReport>
  >;
  readonly generateAndScore: StageCode<
    (
      request: ScoreRequest,
      /** `adapter` is the training's output; undefined for the rows ip-adapter-plus and ground-truth. */
      inputs: { readonly dataset: StageOutput; readonly adapter: StageOutput | undefined },
      context: StageContext,
    ) => Promise<ScoreReport>
  >;
  /** What each score name means. */
  readonly metrics: Readonly<Record<string, MetricNote>>;
  /** @throws UserError when the device cannot be used on this machine. */
  checkDevice(device: Device): Promise<void>;
}
