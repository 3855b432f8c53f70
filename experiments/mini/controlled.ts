/** What a ControlNet is shown of a picture, and how well another picture keeps that. */
import {
  type Bank,
  drawPose,
  edgeF1,
  edgePicture,
  type ImageTruth,
  mapF1,
  outlineOf,
  personMask,
  portraitMask,
  type Rgb,
} from "../../lib/tasks/mod.ts";
import type { ControlnetName } from "../setting/controlnets.ts";

/** A control picture with its measure. */
export interface Controlled {
  /** RGB bytes [64 64 3]. */
  readonly control: Rgb;
  /** F1 of edges (scribble) or outlines (pose) within one pixel, in [0, 1], higher is better. */
  agreement(image: Rgb): number;
}

/** Names of the measures. */
export const AGREEMENT: Readonly<Record<ControlnetName, string>> = {
  scribble: "edge F1",
  pose: "outline F1",
};

/**
 * The edges of a picture, or the pose of a portrait as the generator knows it; a picture's own outline is where its background ends.
 *
 * @throws RangeError when a pose is asked of something else than a portrait.
 */
export function controlled(
  bank: Bank,
  name: ControlnetName,
  { image, truth }: { readonly image: Rgb; readonly truth: ImageTruth },
): Controlled {
  if (name === "scribble") {
    return { control: edgePicture(image), agreement: (other) => edgeF1(other, image) };
  }
  if (truth.kind !== "portrait") {
    throw new RangeError(`A pose needs a portrait, got a ${truth.kind}`);
  }
  const outline = outlineOf(portraitMask(bank.portraits, truth));
  return {
    control: drawPose(bank.portraits, truth),
    agreement: (other) => mapF1(outlineOf(personMask(other)), outline),
  };
}
