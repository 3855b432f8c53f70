/** How alike the colours of two pictures are, wherever they stand. */
import { type Rgb, SIZE } from "./canvas.ts";

const LEVELS = 4;

/** Share of the pixels in each of 4 × 4 × 4 colours; `margin` counts only pixels so near the border. */
function histogram(image: Rgb, margin: number): Float64Array {
  const bins = new Float64Array(LEVELS ** 3);
  const level = (value: number) => value * LEVELS >> 8;
  let pixels = 0;
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      if (Math.min(x, y, SIZE - 1 - x, SIZE - 1 - y) >= margin) continue;
      const i = (y * SIZE + x) * 3;
      bins[(level(image[i]!) * LEVELS + level(image[i + 1]!)) * LEVELS + level(image[i + 2]!)]!++;
      pixels++;
    }
  }
  return bins.map((count) => count / pixels);
}

/**
 * Intersection of two pictures' colour histograms, in [0, 1]; 1 for the same colours in any place.
 *
 * @param options.margin width in pixels of the border that is compared; the whole picture by default.
 */
export function colourLikeness(one: Rgb, other: Rgb, options: { margin?: number } = {}): number {
  const { margin = SIZE } = options;
  const b = histogram(other, margin);
  return histogram(one, margin).reduce((sum, share, bin) => sum + Math.min(share, b[bin]!), 0);
}
