/** How each family draws a planned scene, and how it sets an object on it. */
import type { Rgba } from "../raster/mod.ts";
import { newImage, type RegionPlan, type Rgb, SIZE } from "./canvas.ts";
import { type Family, familyOf } from "./families/mod.ts";

/** Paints the areas in the family's manner. */
export function paintScene(plan: RegionPlan, family: Family): Rgb {
  const image = newImage();
  const { areas, colours } = plan;
  const { tone: paint, ink, finish } = familyOf(family);
  const tones = paint ? colours.map(paint) : colours;
  for (let p = 0, i = 0; p < areas.length; p++, i += 3) {
    const tone = tones[areas[p]!]!;
    image[i] = tone[0];
    image[i + 1] = tone[1];
    image[i + 2] = tone[2];
  }
  if (ink !== undefined) inkBorders(image, plan, ink);
  finish?.(image);
  return image;
}

/** Lines of one pixel where areas meet. */
function inkBorders(image: Rgb, { areas, colours }: RegionPlan, ink: number): void {
  const same = (a: number, b: number): boolean => {
    const [one, two] = [colours[areas[a]!]!, colours[areas[b]!]!];
    return one[0] === two[0] && one[1] === two[1] && one[2] === two[2];
  };
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const p = y * SIZE + x;
      const border = (x + 1 < SIZE && areas[p] !== areas[p + 1] && !same(p, p + 1)) ||
        (y + 1 < SIZE && areas[p] !== areas[p + SIZE] && !same(p, p + SIZE));
      if (border) image.fill(ink, p * 3, p * 3 + 3);
    }
  }
}

/** Sets a cut-out at (left, top), with what the family adds round it: a drop shadow or a white rim. */
export function setObject(image: Rgb, object: Rgba, left: number, top: number, family: Family): void {
  const { rim, shadow } = familyOf(family);
  if (shadow) dropShadow(image, object, left, top);
  if (rim !== undefined) whiteRim(image, object, left, top, rim);
  overlay(image, object, left, top);
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

function dropShadow(image: Rgb, object: Rgba, left: number, top: number): void {
  const [shiftX, shiftY, radius] = [2, 3, 1];
  for (let y = 0; y < object.height + 2 * radius; y++) {
    for (let x = 0; x < object.width + 2 * radius; x++) {
      const [tx, ty] = [left + x - radius + shiftX, top + y - radius + shiftY];
      if (tx < 0 || ty < 0 || tx >= SIZE || ty >= SIZE) continue;
      let alpha = 0;
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++) alpha += alphaAt(object, x - radius + dx, y - radius + dy);
      }
      if (alpha === 0) continue;
      const keep = 1 - 0.42 * (alpha / (9 * 255));
      const t = (ty * SIZE + tx) * 3;
      for (let c = 0; c < 3; c++) image[t + c] = image[t + c]! * keep;
    }
  }
}

function whiteRim(image: Rgb, object: Rgba, left: number, top: number, rim: number): void {
  for (let y = 0; y < object.height; y++) {
    for (let x = 0; x < object.width; x++) {
      if (object.pixels[(y * object.width + x) * 4 + 3]! < 128) continue;
      const inner = x > 0 && y > 0 && x + 1 < object.width && y + 1 < object.height &&
        alphaAt(object, x - 1, y) >= 128 && alphaAt(object, x + 1, y) >= 128 &&
        alphaAt(object, x, y - 1) >= 128 && alphaAt(object, x, y + 1) >= 128;
      if (inner) continue;
      for (let dy = -rim; dy <= rim; dy++) {
        for (let dx = -rim; dx <= rim; dx++) {
          const [tx, ty] = [left + x + dx, top + y + dy];
          if (dx * dx + dy * dy > rim * rim + 1 || tx < 0 || ty < 0 || tx >= SIZE || ty >= SIZE) continue;
          const t = (ty * SIZE + tx) * 3;
          image[t] = image[t + 1] = image[t + 2] = 255;
        }
      }
    }
  }
}

function alphaAt(object: Rgba, x: number, y: number): number {
  if (x < 0 || y < 0 || x >= object.width || y >= object.height) return 0;
  return object.pixels[(y * object.width + x) * 4 + 3]!;
}
