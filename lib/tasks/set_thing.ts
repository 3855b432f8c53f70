/** A thing's cut-out and how it is set on a picture, with what its family adds round it. */
import { resample, type Rgba } from "../raster/mod.ts";
import { FINE } from "./area_plan.ts";
import { type Rgb, SIZE } from "./canvas.ts";
import type { DrawingFamily } from "./families/family.ts";

/** A thing's cut-out with its family's rim, ready to be set: `margin` pixels wider on each side. */
export interface RimmedThing {
  readonly cutOut: Rgba;
  /** Transparent border of the cut-out, in pixels of the picture. */
  readonly margin: number;
}

/**
 * A sprite at `width` × `height` pixels of the picture, its rim drawn fine and reduced.
 *
 * @param sprite premultiplied, any size.
 */
export function sizedThing(sprite: Rgba, width: number, height: number, { rim }: DrawingFamily): RimmedThing {
  if (rim === undefined) return { cutOut: resample(sprite, width, height), margin: 0 };
  const margin = Math.ceil(rim / FINE);
  const fine = resample(sprite, width * FINE, height * FINE);
  const [w, h] = [(width + 2 * margin) * FINE, (height + 2 * margin) * FINE];
  const pixels = new Uint8Array(w * h * 4);
  const shift = margin * FINE;
  const reach: [number, number][] = [];
  for (let dy = -rim; dy <= rim; dy++) {
    for (let dx = -rim; dx <= rim; dx++) if (dx * dx + dy * dy <= rim * rim + 1) reach.push([dx, dy]);
  }
  const solid = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < fine.width && y < fine.height &&
    fine.pixels[(y * fine.width + x) * 4 + 3]! >= 128;
  for (let y = 0; y < fine.height; y++) {
    for (let x = 0; x < fine.width; x++) {
      if (!solid(x, y) || (solid(x - 1, y) && solid(x + 1, y) && solid(x, y - 1) && solid(x, y + 1))) {
        continue;
      }
      for (const [dx, dy] of reach) {
        const i = ((y + shift + dy) * w + x + shift + dx) * 4;
        pixels.fill(255, i, i + 4);
      }
    }
  }
  for (let y = 0; y < fine.height; y++) {
    for (let x = 0; x < fine.width; x++) {
      const [s, t] = [(y * fine.width + x) * 4, ((y + shift) * w + x + shift) * 4];
      const rest = 1 - fine.pixels[s + 3]! / 255;
      for (let c = 0; c < 4; c++) pixels[t + c] = fine.pixels[s + c]! + pixels[t + c]! * rest + 0.5;
    }
  }
  return {
    cutOut: resample({ width: w, height: h, pixels }, width + 2 * margin, height + 2 * margin),
    margin,
  };
}

/** Sets a thing, with a drop shadow where the family has one. `left`, `top`: of the thing without its margin. */
export function setThing(
  image: Rgb,
  { cutOut, margin }: RimmedThing,
  at: { left: number; top: number; shadowed?: boolean | undefined },
): void {
  const { left, top, shadowed } = at;
  if (shadowed) shadow(image, cutOut, left, top);
  overlay(image, cutOut, left - margin, top - margin);
}

/** A soft shadow two pixels to the right and three below. */
function shadow(image: Rgb, { width, height, pixels }: Rgba, left: number, top: number): void {
  const alphaAt = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : pixels[(y * width + x) * 4 + 3]!;
  for (let y = -1; y <= height; y++) {
    for (let x = -1; x <= width; x++) {
      const [tx, ty] = [left + x + 2, top + y + 3];
      if (tx < 0 || ty < 0 || tx >= SIZE || ty >= SIZE) continue;
      let alpha = 0;
      for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) alpha += alphaAt(x + dx, y + dy);
      const keep = 1 - 0.42 * (alpha / (9 * 255));
      const t = (ty * SIZE + tx) * 3;
      for (let c = 0; c < 3; c++) image[t + c] = image[t + c]! * keep;
    }
  }
}

/** Draws a premultiplied cut-out over the picture; parts outside are lost. */
export function overlay(image: Rgb, object: Rgba, left: number, top: number): void {
  for (let y = Math.max(0, -top); y < Math.min(object.height, SIZE - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(object.width, SIZE - left); x++) {
      const s = (y * object.width + x) * 4;
      const alpha = object.pixels[s + 3]!;
      if (alpha === 0) continue;
      const t = ((y + top) * SIZE + x + left) * 3;
      const rest = 1 - alpha / 255;
      for (let c = 0; c < 3; c++) {
        image[t + c] = Math.min(255, object.pixels[s + c]! + image[t + c]! * rest + 0.5);
      }
    }
  }
}
