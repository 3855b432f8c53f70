/**
 * Whose drawing is it? The object of the condition exists in five drawings; the judge looks for each of them in a
 * picture, at several places and sizes, and ranks them by how little their pixels differ.
 */
import { type Rgb, SIZE } from "./canvas.ts";
import { FAMILIES, type Family } from "./families/mod.ts";
import type { Bank } from "./pair.ts";
import { drawScene, type SceneSpec } from "./scene_image.ts";

const SIZES = [0.58, 0.7, 0.86];
const SHIFTS = [-12, -8, -4, 0, 4, 8, 12];

/** How well one drawing explains a picture. */
export interface DrawingMatch {
  /** Whose drawing. */
  readonly family: Family;
  /** Mean colour difference where the drawing would be, 0 to 1; lower is better. */
  readonly distance: number;
}

/**
 * The five drawings of `spec`'s concept, best match first. Colours and treatment are those of `spec`; place and size
 * are searched, since a model is free to choose them.
 */
function rankDrawings(bank: Bank, image: Rgb, spec: SceneSpec): DrawingMatch[] {
  return FAMILIES.map((family) => ({ family, distance: bestDistance(bank, image, spec, family) }))
    .sort((a, b) => a.distance - b.distance);
}

/** True when the picture's object is closest to the drawing the condition showed. */
export function keepsDrawing(bank: Bank, image: Rgb, spec: SceneSpec): boolean {
  return rankDrawings(bank, image, spec)[0]!.family === spec.style.family;
}

function bestDistance(bank: Bank, image: Rgb, spec: SceneSpec, family: Family): number {
  let best = Infinity;
  for (const size of SIZES) {
    const drawn = drawScene(bank.sprites, {
      ...spec,
      style: { ...spec.style, family },
      layout: { ...spec.layout, x: 0.5, y: 0.5, size },
    });
    const points: number[] = []; // every second pixel of the object
    for (let y = 0; y < SIZE; y += 2) {
      for (let x = 0; x < SIZE; x += 2) if (drawn.mask[y * SIZE + x]! > 200) points.push(y * SIZE + x);
    }
    for (const dy of SHIFTS) {
      for (const dx of SHIFTS) best = Math.min(best, shifted(image, drawn.image, points, dx, dy));
    }
  }
  return best;
}

function shifted(image: Rgb, template: Rgb, points: readonly number[], dx: number, dy: number): number {
  let sum = 0, count = 0;
  for (const p of points) {
    const [x, y] = [(p % SIZE) + dx, Math.floor(p / SIZE) + dy];
    if (x < 0 || y < 0 || x >= SIZE || y >= SIZE) continue;
    const [s, t] = [(y * SIZE + x) * 3, p * 3];
    for (let c = 0; c < 3; c++) sum += Math.abs(image[s + c]! - template[t + c]!);
    count++;
  }
  return count < points.length * 0.7 || count === 0 ? Infinity : sum / (count * 3 * 255);
}
