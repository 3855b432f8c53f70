/** What experiments ask of the models of a scale: requests, and the functions that answer them, each an entry of its own with its own version. */
import type { Json } from "../../lib/hub/mod.ts";
import type { CommittedTraining, MetricNote, SampleRow, ValidationPoint } from "../../lib/report/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { AdapterRecipe } from "../../lib/training/mod.ts";
import type { ControlnetName } from "../../lib/tasks/controlnets/mod.ts";
import type { Device, InstructionChoice, RowModel } from "./experiment.ts";
import type { InstructForm } from "./instruct_form.ts";
import type { StageCode, StageContext, StageOutput } from "../runner/mod.ts";
import type { ScaleId } from "./scales.ts";

/** Encode one task's pairs: latents of targets, tokens of conditions, prompts, for training; of shared sources unless `sourcesFields` names others. */
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

/** Encode a task's training instructions in another form, or other wordings, for an ablation; sources as in {@link EncodeRequest}. */
export interface WordingsRequest {
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
export type EncodeInstructions = (request: WordingsRequest, context: StageContext) => Promise<void>;

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

/** Take the committed joint adapter in place of a training's. */
export interface CommittedRequest {
  readonly [name: string]: Json;
  readonly scale: ScaleId;
}

/** How long it was trained; it is written through the context as a training's is. */
export type CommittedReport = CommittedTraining;

/** Generate one task's validation images with one model, and score them. */
export interface ScoreRequest {
  readonly [name: string]: Json;
  readonly scale: ScaleId;
  /** What the row is called in results; it decides nothing. */
  readonly row: string;
  readonly model: RowModel;
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

/** Table 1's scores and the leak, at λ = `adapterScale`. */
export interface UseRequest extends ScoreRequest {
  readonly adapterScale: number;
}

/** Generates and scores. `scores.leak` is the likeness in what the task should not take; replication has none. */
export type MeasureUse = (
  request: UseRequest,
  inputs: { readonly dataset: StageOutput; readonly adapter: StageOutput | undefined },
  context: StageContext,
) => Promise<ScoreReport>;

/** How many items, and how many of them as pictures. */
export interface UseSize {
  readonly items: number;
  readonly galleryItems: number;
}

/** Scores what the trainings of a task and seed start from, as they validate themselves; every step is 0. */
export type ScoreStart = (request: ScoreRequest, context: StageContext) => Promise<TrainReport["validation"]>;

/** How much is sampled. */
export interface RewordingSize {
  /** Held-out items of each task. */
  readonly items: number;
  /** Held-out wordings per item, all from one noise. */
  readonly wordings: number;
  /** Noises per item, all with one wording. */
  readonly noises: number;
  /** Items shown as pictures. */
  readonly shown: number;
}

/** One model on one task's items, reworded. */
export interface RewordingRequest extends RewordingSize {
  readonly [name: string]: Json;
  readonly task: TaskId;
  readonly seed: number;
  readonly samplerSteps: number;
  readonly guidance: number;
  readonly device: Device;
}

/** Variance over k pictures, mean over coordinates, unbiased. */
export interface Spread {
  /** Of pixels in [0, 255]. */
  readonly pixel: number;
  /** Of scaled latents. */
  readonly latent: number;
  /** Of the judge's unit vectors. */
  readonly judge: number;
}

/** What one item gives. */
export interface RewordedItem {
  readonly index: number;
  readonly wordings: readonly string[];
  /** Over wordings, from one noise. */
  readonly words: Spread;
  /** Over noises, with one wording; null where only wordings were asked for (noises 1). */
  readonly noise: Spread | null;
  /** The task's score of the condition (CLIP-S for style, CLIP-I otherwise) under each wording. */
  readonly scores: readonly number[];
}

/** Samples, and measures; writes pictures.rgb: of each shown item the condition, then the wordings', then the other noises'. */
export type VaryWording = (
  request: RewordingRequest,
  adapter: StageOutput,
  context: StageContext,
) => Promise<readonly RewordedItem[]>;

/** What is put together. */
export interface Combination {
  readonly [name: string]: Json;
  readonly row: string;
  /** Shares of the adapter's and of the ControlNet's scale. */
  readonly adapter: 0 | 1;
  readonly control: 0 | 1;
  /** Whether the base has the LoRA. */
  readonly lora: boolean;
}

/** One task with its ControlNet, in all combinations. */
export interface CombineRequest extends UseSize {
  readonly [name: string]: Json;
  readonly task: TaskId;
  readonly controlnet: ControlnetName;
  /** The drawing family that its LoRA is of; null where no combination has one. */
  readonly lora: string | null;
  /** Those with the LoRA come last. */
  readonly combinations: readonly Combination[];
  readonly adapterScale: number;
  readonly seed: number;
  readonly samplerSteps: number;
  readonly guidance: number;
  readonly device: Device;
}

/** Samples and measures all combinations; writes samples.json and, of the shown items, pictures.rgb. */
export type CombineControls = (
  request: CombineRequest,
  adapter: StageOutput,
  context: StageContext,
) => Promise<void>;

/** Everything Table 1 needs. */
export interface Table1Stages {
  readonly encodeDataset: StageCode<(request: EncodeRequest, context: StageContext) => Promise<EncodeReport>>;
  readonly trainAdapter: StageCode<
    (request: TrainRequest, inputs: TrainInputs, context: StageContext) => Promise<TrainReport>
  >;
  /** Absent where the scale has none. */
  readonly committedAdapter?: StageCode<(context: StageContext) => Promise<CommittedReport>>;
  readonly generateAndScore: StageCode<
    (
      request: ScoreRequest,
      /** `adapter` is the training's output, or the committed adapter; undefined for rows of neither. */
      inputs: { readonly dataset: StageOutput; readonly adapter: StageOutput | undefined },
      context: StageContext,
    ) => Promise<ScoreReport>
  >;
  /** For Fig. 7. */
  readonly scoreStart: StageCode<ScoreStart>;
  /** What each score name means. */
  readonly metrics: Readonly<Record<string, MetricNote>>;
  /** @throws UserError when the device cannot be used on this machine. */
  checkDevice(device: Device): Promise<void>;
}
