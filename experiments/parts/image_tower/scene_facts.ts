/** What linear probes ask of a scene: where its thing is, the colours of both as the picture shows them, who drew it, what was done to it, where it plays. */
import {
  drawScene,
  FAMILIES,
  PLACES,
  type Rgb,
  type SceneTruth,
  type SpriteBank,
  TREATMENTS,
} from "../../../lib/tasks/mod.ts";

/** Names of the places, in the order of their numbers. */
export const PLACE_NAMES: readonly string[] = Object.keys(PLACES);

/** A hue as a vector: its angle is the hue, its length the chroma, so that grey, which has no hue, is 0. */
export type HueVector = readonly [cosine: number, sine: number];

/** What is asked of one scene. */
export interface SceneFacts {
  /** Centre from the left and from the top, and longer side of the thing, in sides of the picture. */
  readonly position: readonly [x: number, y: number, size: number];
  /** Of the mean colour of the thing's pixels in the finished picture. */
  readonly thingHue: HueVector;
  /** Of all others. */
  readonly placeHue: HueVector;
  /** Places in FAMILIES, TREATMENTS and {@link PLACE_NAMES}. */
  readonly family: number;
  readonly treatment: number;
  readonly place: number;
}

/** Hue of an RGB colour in [0, 1], by projection on the plane across the grey axis (Hanbury 2008). */
export function hueVector([r, g, b]: readonly [number, number, number]): HueVector {
  return [r - (g + b) / 2, (Math.sqrt(3) / 2) * (g - b)];
}

/** A picture's mean colour, red, green and blue in [0, 1], each pixel counted by its share in [0, 1]; undefined where none has any. */
function meanColour(
  image: Rgb,
  shareOf: (pixel: number) => number,
): readonly [number, number, number] | undefined {
  const sums: [number, number, number] = [0, 0, 0];
  let pixels = 0;
  for (let p = 0; p < image.length / 3; p++) {
    const share = shareOf(p);
    pixels += share;
    for (let c = 0; c < 3; c++) sums[c]! += share * image[p * 3 + c]! / 255;
  }
  const [r, g, b] = sums;
  return pixels > 0 ? [r / pixels, g / pixels, b / pixels] : undefined;
}

/** Mean colour of the pixels of a scene's thing as its picture shows them, red, green and blue in [0, 1]. */
export function thingColour(sprites: SpriteBank, image: Rgb, scene: SceneTruth) {
  const { mask } = drawScene(sprites, scene);
  return meanColour(image, (pixel) => mask[pixel]! / 255);
}

/** The facts of a scene and its picture. */
export function sceneFacts(sprites: SpriteBank, image: Rgb, scene: SceneTruth): SceneFacts {
  const { mask } = drawScene(sprites, scene);
  const hue = (shareOf: (pixel: number) => number) => hueVector(meanColour(image, shareOf) ?? [0, 0, 0]);
  const { layout: { x, y, size }, style, place } = scene;
  return {
    position: [x, y, size],
    thingHue: hue((pixel) => mask[pixel]! / 255),
    placeHue: hue((pixel) => 1 - mask[pixel]! / 255),
    family: FAMILIES.indexOf(style.family),
    treatment: TREATMENTS.indexOf(style.treatment),
    place: PLACE_NAMES.indexOf(place.name),
  };
}
