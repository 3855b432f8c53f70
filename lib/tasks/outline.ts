/** Where a person before a plain background ends: the outline that a pose must keep. */
import { type Rgb, SIZE } from "./canvas.ts";

/** Largest RGB distance (0 to 441) at which a pixel still belongs to the background. */
const TOLERANCE = 40;
/** Colours are counted in bins of this width. */
const BIN = 16;

/** Pixels of a mask (1 inside, 0 outside) that touch its outside within the picture, [64 64] of 0 and 1. */
export function outlineOf(mask: Uint8Array): Uint8Array {
  const outline = new Uint8Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const p = y * SIZE + x;
      if (mask[p] === 1 && neighbours(x, y).some((other) => mask[other] === 0)) outline[p] = 1;
    }
  }
  return outline;
}

/** The up to four pixels beside one. */
function neighbours(x: number, y: number): number[] {
  const p = y * SIZE + x;
  return [
    ...(x > 0 ? [p - 1] : []),
    ...(x < SIZE - 1 ? [p + 1] : []),
    ...(y > 0 ? [p - SIZE] : []),
    ...(y < SIZE - 1 ? [p + SIZE] : []),
  ];
}

/** Places on the left, right and upper border. */
function border(): number[] {
  const sides = Array.from({ length: SIZE }, (_, y) => [y * SIZE, y * SIZE + SIZE - 1]).flat();
  return [...Array.from({ length: SIZE }, (_, x) => x), ...sides];
}

/** The most frequent colour of some pixels, as the mean of its bin. */
function commonColour(image: Rgb, places: readonly number[]): number[] {
  const bins = new Map<string, { count: number; sum: number[] }>();
  for (const p of places) {
    const colour = [...image.subarray(3 * p, 3 * p + 3)];
    const name = colour.map((value) => Math.floor(value / BIN)).join();
    const bin = bins.get(name) ?? { count: 0, sum: [0, 0, 0] };
    bins.set(name, { count: bin.count + 1, sum: bin.sum.map((value, c) => value + colour[c]!) });
  }
  const { count, sum } = [...bins.values()].reduce((best, bin) => bin.count > best.count ? bin : best);
  return sum.map((value) => value / count);
}

/**
 * The person in a portrait before a plain background: everything that the background's colour, the most frequent one on the left, right and upper
 * border, does not reach from there. [64 64] of 0 and 1. Hair or clothes of the background's colour are lost, and so is a person who fills most of
 * the border.
 */
export function personMask(image: Rgb): Uint8Array {
  const mask = new Uint8Array(SIZE * SIZE).fill(1);
  const places = border();
  const ground = commonColour(image, places);
  const isGround = (p: number) => {
    const square = ground.reduce((sum, value, c) => sum + (image[3 * p + c]! - value) ** 2, 0);
    return square <= TOLERANCE ** 2;
  };
  const open = places.filter(isGround);
  for (let p = open.pop(); p !== undefined; p = open.pop()) {
    if (mask[p] === 0) continue;
    mask[p] = 0;
    for (const next of neighbours(p % SIZE, Math.floor(p / SIZE))) {
      if (mask[next] === 1 && isGround(next)) open.push(next);
    }
  }
  return mask;
}
