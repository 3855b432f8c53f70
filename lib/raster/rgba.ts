/** Pictures with transparency: 8-bit premultiplied RGBA, row by row, and the few operations on them. */

/** `pixels` [height width 4], colour already multiplied by alpha. */
export interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A rectangle in pixels; right and bottom are left + width, top + height. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Straight to premultiplied alpha. */
export function premultiply(image: Rgba): Rgba {
  const pixels = new Uint8Array(image.pixels);
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3]! / 255;
    for (let c = 0; c < 3; c++) pixels[i + c] = Math.round(pixels[i + c]! * alpha);
  }
  return { ...image, pixels };
}

/** The smallest box that holds every pixel with alpha above `threshold` (0 to 255); the whole picture if none. */
export function alphaBox(image: Rgba, threshold = 16): Box {
  const { width, height, pixels } = image;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, i = 3; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      if (pixels[i]! <= threshold) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  if (right < 0) return { left: 0, top: 0, width, height };
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * Box-filter resampling of one region to a new size (each new pixel is the mean of the area it covers).
 * @param options.from region of the source, fractions of a pixel allowed; default the whole picture.
 * @param options.flip mirror left and right.
 */
export function resample(
  image: Rgba,
  width: number,
  height: number,
  options: { from?: Box; flip?: boolean } = {},
): Rgba {
  const { from = { left: 0, top: 0, width: image.width, height: image.height }, flip = false } = options;
  const columns = spans(from.left, from.width, width, image.width);
  const rows = spans(from.top, from.height, height, image.height);
  const source = image.pixels;
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const row = rows[y]!;
    for (let x = 0; x < width; x++) {
      const column = columns[flip ? width - 1 - x : x]!;
      let r = 0, g = 0, b = 0, a = 0;
      for (let sy = 0; sy < row.weights.length; sy++) {
        const rowWeight = row.weights[sy]!;
        let i = ((row.start + sy) * image.width + column.start) * 4;
        for (let sx = 0; sx < column.weights.length; sx++, i += 4) {
          const weight = rowWeight * column.weights[sx]!;
          r += weight * source[i]!;
          g += weight * source[i + 1]!;
          b += weight * source[i + 2]!;
          a += weight * source[i + 3]!;
        }
      }
      const o = (y * width + x) * 4;
      pixels[o] = r + 0.5;
      pixels[o + 1] = g + 0.5;
      pixels[o + 2] = b + 0.5;
      pixels[o + 3] = a + 0.5;
    }
  }
  return { width, height, pixels };
}

interface Span {
  readonly start: number;
  readonly weights: Float64Array;
}

/** Which source pixels each of `count` target pixels covers, and how much of each. */
function spans(offset: number, length: number, count: number, limit: number): Span[] {
  const step = length / count;
  const result: Span[] = [];
  for (let i = 0; i < count; i++) {
    const low = offset + i * step;
    const high = low + Math.max(step, 1); // enlarging: a window of one pixel, which interpolates linearly
    const shift = step < 1 ? (step - 1) / 2 : 0;
    const start = Math.min(Math.max(Math.floor(low + shift), 0), limit - 1);
    const end = Math.max(Math.min(Math.ceil(high + shift), limit), start + 1);
    const weights = new Float64Array(end - start);
    let total = 0;
    for (let s = start; s < end; s++) {
      const overlap = Math.max(Math.min(high + shift, s + 1) - Math.max(low + shift, s), 0);
      weights[s - start] = overlap;
      total += overlap;
    }
    for (let s = 0; s < weights.length; s++) {
      weights[s] = total > 0 ? weights[s]! / total : 1 / weights.length;
    }
    result.push({ start, weights });
  }
  return result;
}
