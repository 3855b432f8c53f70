/** What samples pictures for the explorer. The models live above this folder; they are handed in as this. */
import type { RgbPicture } from "../../raster/mod.ts";
import type { GalleryEntry, SampledModel, SampleSettings, StudioAnswer } from "../api.ts";

/** A condition with what the model should make of it. */
export interface GalleryItem extends GalleryEntry {
  /** [64 64 3]. */
  readonly condition: RgbPicture;
  /** The ground truth. */
  readonly target: RgbPicture;
}

/** The condition of a sampling: a gallery item, or the bytes of a picture file of at most {@link MOST_BYTES}. */
export type SampleCondition = { readonly item: GalleryItem } | { readonly file: Uint8Array };

/** What to sample: numbers are in the ranges that the routes check. */
export interface StudioRequest extends SampleSettings {
  /** What the adapter is shown. */
  readonly condition: SampleCondition;
  /** One picture for each: the instruction's unit vector [512], and which noise it starts from. */
  readonly pictures: readonly { readonly instruction: Float32Array; readonly noise: number }[];
}

/** A picture with its place in the request, or for IPAdapter+ the number of its noise. */
export interface StudioPicture {
  /** Its place, or its noise. */
  readonly at: number;
  /** [64 64 3]. */
  readonly picture: RgbPicture;
  /** By name, higher is better; once it is finished. */
  readonly scores?: Readonly<Record<string, number>>;
}

/** What happens while pictures are sampled. */
export type StudioEvent =
  /** Steps done over all batches of a model; some come with what the pictures will be. */
  | {
    readonly kind: "step";
    readonly model: SampledModel;
    readonly done: number;
    readonly total: number;
    readonly pictures: readonly StudioPicture[];
  }
  | {
    readonly kind: "finished";
    readonly model: SampledModel | "target";
    readonly pictures: readonly StudioPicture[];
  }
  /** What the user should know, in sentences. */
  | { readonly kind: "notes"; readonly notes: readonly string[] };

/** Samples pictures. */
export interface Studio {
  /** What it is. */
  readonly about: StudioAnswer;
  /** Conditions to choose from; composed at the first call. */
  gallery(): Promise<readonly GalleryItem[]>;
  /**
   * Samples. Aborting ends it between two calls of the denoiser: it then throws the signal's reason.
   *
   * @throws UserError when the condition is no picture.
   */
  sample(request: StudioRequest, signal: AbortSignal): AsyncIterable<StudioEvent>;
  /** A picture file as the model sees it, 64×64. @throws UserError when it is none. */
  fit(file: Uint8Array): Promise<RgbPicture>;
}
