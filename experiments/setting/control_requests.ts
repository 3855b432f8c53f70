/** What the control figure asks of the models of a scale: pictures of control conditions under every instruction, and what they are compared with. */
import type { Json } from "../../lib/hub/mod.ts";
import type { ControlAnchor, ControlSample } from "../../lib/report/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { Device, RowModel } from "./experiment.ts";
import type { ScaleId } from "./scales.ts";

/** How the instruction is worded. */
export type ControlWordings =
  /** A held-out wording of the task, from other templates than any in training. */
  | "held-out"
  /** The task's one fixed instruction. */
  | "fixed"
  /** As a person would type it, without keywords. */
  | "free"
  /** Not at all: the model takes no instruction, and a condition has one picture. */
  | "none";

/** How many held-out conditions of each kind. */
export interface ControlSize {
  readonly [name: string]: Json;
  readonly scenes: number;
  readonly portraits: number;
}

/** What all requests of a figure share. */
export interface ControlSetting extends ControlSize {
  readonly scale: ScaleId;
  /** Initial noise comes from (kind, index, seed) alone, so that all instructions and all rows start from the same. */
  readonly seed: number;
  /** Conditions of each kind whose pictures are kept, the treated ones first. */
  readonly shown: ControlSize;
  readonly samplerSteps: number;
  readonly guidance: number;
  readonly device: Device;
}

/** One model. */
export interface ControlRequest extends ControlSetting {
  readonly row: string;
  /** A joint model, trained or committed, or IPAdapter+, which all trainings start from. */
  readonly model: Extract<RowModel, "joint" | "committed" | "start">;
  readonly wordings: ControlWordings;
}

/** What of a condition a picture shows: the condition itself, what its prompt alone gives, or what a task's instruction makes of it. */
export type ControlShows = "condition" | "prompt" | TaskId;

/** A picture of a condition. */
export interface ControlPicture {
  readonly kind: string;
  readonly index: number;
  readonly shows: ControlShows;
  readonly pixels: Uint8Array;
}

/** What a model's stage reports. */
export interface ControlReport {
  readonly samples: readonly ControlSample[];
  readonly pictures: readonly ControlPicture[];
}

/** Samples one model and scores it; `adapter` is its training, or the committed adapter. */
export type MeasureControl = (
  request: ControlRequest,
  inputs: { readonly adapter: StageOutput | undefined },
  context: StageContext,
) => Promise<ControlReport>;

/** What the pictures are compared with; of `pictures` the conditions and what the prompt alone gives. */
export interface AnchorReport {
  readonly anchors: readonly ControlAnchor[];
  readonly pictures: readonly ControlPicture[];
}

/** Samples the prompt alone, and scores it and the targets. */
export type MeasureAnchors = (request: ControlSetting, context: StageContext) => Promise<AnchorReport>;
