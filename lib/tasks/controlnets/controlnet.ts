/** What makes a ControlNet (Zhang et al. 2023): what it is shown of a picture, how well another picture keeps that, what it learns from. */
import type { Rgb } from "../canvas.ts";
import type { Bank, ImageTruth } from "../pair.ts";

/** A control picture with its measure. */
export interface Controlled {
  /** RGB bytes [64 64 3]. */
  readonly control: Rgb;
  /** How well a picture keeps what is shown: F1 within one pixel, in [0, 1], higher is better. */
  agreement(image: Rgb): number;
}

/** The pictures of the pre-training stream that a ControlNet is trained on. */
export interface ControlnetTraining {
  /** What they are, for people. */
  readonly what: string;
  /** Index of the first. */
  readonly first: number;
  /** Those of this kind alone. */
  readonly only?: "portraits";
  /** Seed of the training. */
  readonly seed: number;
}

/** The held-out pictures that a ControlNet is measured on. */
export interface ControlnetMeasuring {
  /** Scenes of distinct concepts, or targets of the face task's validation items. */
  readonly from: "scenes" | "face targets";
  /** What they are and what is shown of them, for people. */
  readonly what: string;
}

/** A ControlNet. */
export interface Controlnet<Name extends string = string> {
  /** Names it in requests and file names. */
  readonly name: Name;
  /** Its name among the published ones for SD 1.5. */
  readonly published: string;
  /** What it is shown, for people. */
  readonly shown: string;
  /** Whether it reads edges, which can be found in any picture; else what it is shown must be given. */
  readonly readsEdges: boolean;
  /** Name of the measure of agreement. */
  readonly measure: string;
  /** What it is shown of a picture. @throws RangeError for a picture that has nothing of it. */
  readonly controlled: (
    bank: Bank,
    picture: { readonly image: Rgb; readonly truth: ImageTruth },
  ) => Controlled;
  readonly trainedOn: ControlnetTraining;
  readonly measuredOn: ControlnetMeasuring;
}

/** The fields of a ControlNet, read by name alone: then what only its training or its card reads is no code of the others. */
export const CONTROLNET_FIELDS: Readonly<Record<keyof Controlnet, true>> = {
  name: true,
  published: true,
  shown: true,
  readsEdges: true,
  measure: true,
  controlled: true,
  trainedOn: true,
  measuredOn: true,
};
