/** One thing in one place, in one layout, drawn in one look. */
import type { Box, Rgba } from "../raster/mod.ts";
import { type Rgb, SIZE } from "./canvas.ts";
import type { Concept } from "./concepts.ts";
import { familyOf } from "./families/mod.ts";
import { paintPlace } from "./paint_place.ts";
import { type Place, type PlaceFrame, planPlace } from "./places.ts";
import { setThing, sizedThing } from "./set_thing.ts";
import type { SpriteBank } from "./sprite_bank.ts";
import type { StyleSample } from "./styles.ts";
import { hueMatrix, treat } from "./treatments.ts";

/** Where the thing stands, and how the place behind it is laid out; fractions of the picture's side. */
export interface Layout extends PlaceFrame {
  /** Centre. */
  readonly x: number;
  /** Centre, from the top. */
  readonly y: number;
  /** Longer side of the thing. */
  readonly size: number;
}

/** Everything that determines a scene's pixels. */
export interface SceneSpec {
  /** Tells a scene from a portrait or crop. */
  readonly kind: "scene";
  /** The thing. */
  readonly concept: Concept;
  /** Degrees the thing's colours are turned; 0 for the studio's own. */
  readonly colourway: number;
  /** The look: how it is drawn and treated. */
  readonly style: StyleSample;
  /** Where it is. */
  readonly place: Place;
  /** Where in the picture thing, horizon and landmark stand. */
  readonly layout: Layout;
  /** Fixes the grain of the treatment. */
  readonly grain: number;
}

/** A scene in pixels. */
export interface DrawnScene {
  /** RGB bytes [64 64 3]. */
  readonly image: Rgb;
  /** The thing's box, cut at the image border. */
  readonly box: Box;
  /** The thing's alpha, [64 64]. */
  readonly mask: Uint8Array;
}

/** Draws a scene. */
export function drawScene(
  sprites: SpriteBank,
  { concept, colourway, style, place, layout, grain }: SceneSpec,
): DrawnScene {
  const family = familyOf(style.family);
  const sprite = sprites.sprite(concept, style.family);
  const scale = (layout.size * SIZE) / Math.max(sprite.width, sprite.height);
  const width = Math.max(1, Math.round(sprite.width * scale));
  const height = Math.max(1, Math.round(sprite.height * scale));
  const thing = sizedThing(colourway === 0 ? sprite : recolour(sprite, colourway), width, height, family);
  const left = Math.round(layout.x * SIZE - width / 2);
  const top = Math.round(layout.y * SIZE - height / 2);
  const untreated = paintPlace(planPlace(place, layout), family);
  setThing(untreated, thing, { left, top, shadowed: family.shadow });
  return {
    image: treat(untreated, style, grain),
    box: visibleBox(left, top, width, height),
    mask: placedAlpha(thing.cutOut, left - thing.margin, top - thing.margin),
  };
}

function recolour(object: Rgba, degrees: number): Rgba {
  const matrix = hueMatrix(degrees);
  const pixels = new Uint8Array(object.pixels);
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3]!;
    if (alpha === 0) continue;
    const [r, g, b] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    for (let c = 0; c < 3; c++) {
      const value = matrix[c * 3]! * r + matrix[c * 3 + 1]! * g + matrix[c * 3 + 2]! * b;
      pixels[i + c] = Math.min(alpha, Math.max(0, value));
    }
  }
  return { ...object, pixels };
}

function visibleBox(left: number, top: number, width: number, height: number): Box {
  const [x0, y0] = [Math.max(0, left), Math.max(0, top)];
  return {
    left: x0,
    top: y0,
    width: Math.min(SIZE, left + width) - x0,
    height: Math.min(SIZE, top + height) - y0,
  };
}

function placedAlpha(object: Rgba, left: number, top: number): Uint8Array {
  const mask = new Uint8Array(SIZE * SIZE);
  for (let y = Math.max(0, -top); y < Math.min(object.height, SIZE - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(object.width, SIZE - left); x++) {
      mask[(y + top) * SIZE + x + left] = object.pixels[(y * object.width + x) * 4 + 3]!;
    }
  }
  return mask;
}

/** Below this a sample is drawn again: the object would vanish. */
export const CONTRAST_FLOOR = 0.15;

/**
 * How well the object stands out: mean RGB distance across the border of its mask, the two pixels beside the border
 * on either side compared; 0 for none, 1.73 for black on white.
 */
export function objectContrast(scene: DrawnScene): number {
  const { image, mask } = scene;
  let sum = 0, count = 0;
  const compare = (p: number, step: number): void => {
    const inside = mask[p]! > 127;
    if (inside === mask[p + step]! > 127) return;
    const [a, b] = [(p - step) * 3, (p + 2 * step) * 3];
    let square = 0;
    for (let c = 0; c < 3; c++) square += (image[a + c]! - image[b + c]!) ** 2;
    sum += Math.sqrt(square);
    count++;
  };
  for (let y = 1; y < SIZE - 2; y++) {
    for (let x = 1; x < SIZE - 2; x++) {
      compare(y * SIZE + x, 1);
      compare(y * SIZE + x, SIZE);
    }
  }
  return count === 0 ? 0 : sum / count / 255;
}
