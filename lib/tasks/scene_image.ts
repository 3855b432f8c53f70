/** One object in one place, drawn in one style. */
import { resample, type Rgba } from "../raster/mod.ts";
import type { Box } from "../raster/mod.ts";
import { type Rgb, SIZE } from "./canvas.ts";
import type { Concept } from "./concepts.ts";
import { paintScene, setObject } from "./paint_scene.ts";
import { planScene, type ScenePlace } from "./scenes.ts";
import type { SpriteBank } from "./sprite_bank.ts";
import type { StyleSample } from "./styles.ts";
import { hueMatrix, treat } from "./treatments.ts";

/** Where the object stands; fractions of the image side. */
export interface Layout {
  /** Centre. */
  readonly x: number;
  /** Centre, from the top. */
  readonly y: number;
  /** Longer side of the object. */
  readonly size: number;
  /** Mirrored left and right. */
  readonly flip: boolean;
}

/** Everything that determines a scene's pixels. */
export interface SceneSpec {
  /** Tells a scene from a portrait or crop. */
  readonly kind: "scene";
  /** The object. */
  readonly concept: Concept;
  /** How it is drawn and treated. */
  readonly style: StyleSample;
  /** Where it is. */
  readonly place: ScenePlace;
  /** Where in the picture the object stands. */
  readonly layout: Layout;
  /** Degrees the object's colours are turned; 0 for the studio's own. */
  readonly colourway: number;
  /** Fixes the grain of the treatment. */
  readonly grain: number;
}

/** A scene in pixels. */
export interface DrawnScene {
  /** RGB bytes [64 64 3]. */
  readonly image: Rgb;
  /** The object's box, cut at the image border. */
  readonly box: Box;
  /** The object's alpha, [64 64]. */
  readonly mask: Uint8Array;
}

/** Draws a scene. */
export function drawScene(sprites: SpriteBank, spec: SceneSpec): DrawnScene {
  const { family } = spec.style;
  const sprite = sprites.sprite(spec.concept, family);
  const scale = (spec.layout.size * SIZE) / Math.max(sprite.width, sprite.height);
  const width = Math.max(1, Math.round(sprite.width * scale));
  const height = Math.max(1, Math.round(sprite.height * scale));
  let object = resample(sprite, width, height, { flip: spec.layout.flip });
  if (spec.colourway !== 0) object = recolour(object, spec.colourway);
  const left = Math.round(spec.layout.x * SIZE - width / 2);
  const top = Math.round(spec.layout.y * SIZE - height / 2);
  const untreated = paintScene(planScene(spec.place), family);
  setObject(untreated, object, left, top, family);
  return {
    image: treat(untreated, spec.style, spec.grain),
    box: visibleBox(left, top, width, height),
    mask: placedAlpha(object, left, top),
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
