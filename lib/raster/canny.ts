/**
 * Canny's edges (J. Canny, 1986) as OpenCV's `Canny(picture, low, high)` finds them, which ControlNet's annotator calls: Sobel gradients of the
 * channel that changes most, L1 magnitude, the maxima across the edge, and what hangs together with a strong one. There is no blur before.
 */
import type { RgbPicture } from "./png.ts";

/** Thresholds of ControlNet's annotator. */
const CANNY_THRESHOLDS = { low: 100, high: 200 } as const;

/** tan 22.5° in 15 binary places. */
const TAN = 13573;

/** Sobel gradients [height width] of the channel with the largest |dx| + |dy|; pixels beyond the border repeat it. */
function gradients({ width, height, pixels }: RgbPicture): { dx: Int16Array; dy: Int16Array } {
  const dx = new Int16Array(width * height), dy = new Int16Array(width * height);
  const stride = 3 * width;
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * stride,
      here = y * stride,
      below = Math.min(height - 1, y + 1) * stride;
    for (let x = 0; x < width; x++) {
      const left = 3 * Math.max(0, x - 1), mid = 3 * x, right = 3 * Math.min(width - 1, x + 1);
      let most = -1;
      for (let c = 0; c < 3; c++) {
        const a = pixels[above + left + c]!, b = pixels[above + mid + c]!, d = pixels[above + right + c]!;
        const e = pixels[here + left + c]!, f = pixels[here + right + c]!;
        const g = pixels[below + left + c]!, h = pixels[below + mid + c]!, k = pixels[below + right + c]!;
        const across = d + 2 * f + k - a - 2 * e - g, down = g + 2 * h + k - a - 2 * b - d;
        const size = Math.abs(across) + Math.abs(down);
        if (size > most) {
          most = size;
          dx[y * width + x] = across;
          dy[y * width + x] = down;
        }
      }
    }
  }
  return { dx, dy };
}

/**
 * A picture's edges, white lines on black, of the same size.
 *
 * @param options.low magnitudes up to it are never edges; 8-bit units, summed over the Sobel kernel.
 * @param options.high larger ones always are; those between where they touch an edge.
 */
export function cannyEdges(
  picture: RgbPicture,
  { low, high }: { readonly low: number; readonly high: number } = CANNY_THRESHOLDS,
): RgbPicture {
  const { width, height } = picture;
  const { dx, dy } = gradients(picture);
  // Magnitudes with a border of zeros.
  const row = width + 2;
  const size = new Int32Array(row * (height + 2));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      size[(y + 1) * row + x + 1] = Math.abs(dx[p]!) + Math.abs(dy[p]!);
    }
  }
  /** 1 may be an edge, 2 is one. */
  const state = new Uint8Array(size.length);
  const open: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * row + x + 1, m = size[at]!;
      if (m <= low) continue;
      const xs = dx[y * width + x]!, ys = dy[y * width + x]!;
      const flat = Math.abs(xs) * TAN, steep = flat + Math.abs(xs) * 65536, rise = Math.abs(ys) * 32768;
      const diagonal = (xs ^ ys) < 0 ? -1 : 1;
      const peak = rise < flat
        ? m > size[at - 1]! && m >= size[at + 1]!
        : rise > steep
        ? m > size[at - row]! && m >= size[at + row]!
        : m > size[at - row - diagonal]! && m > size[at + row + diagonal]!;
      if (!peak) continue;
      state[at] = m > high ? 2 : 1;
      if (m > high) open.push(at);
    }
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const step of [-row - 1, -row, -row + 1, -1, 1, row - 1, row, row + 1]) {
      if (state[at + step] !== 1) continue;
      state[at + step] = 2;
      open.push(at + step);
    }
  }
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (state[(y + 1) * row + x + 1] === 2) pixels.fill(255, 3 * (y * width + x), 3 * (y * width + x) + 3);
    }
  }
  return { width, height, pixels };
}
