/** Pictures with transparency: 8-bit premultiplied RGBA, row by row, and the few operations on them. */
import type { RgbPicture } from "./png.ts";

/** `pixels` [height width 4], colour already multiplied by alpha. */
export interface Rgba {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Bytes [height width 4]. */
  readonly pixels: Uint8Array;
}

/** A rectangle in pixels; right and bottom are left + width, top + height. */
export interface Box {
  /** First column. */
  readonly left: number;
  /** First row. */
  readonly top: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** A picture without transparency, RGB, as one with it. */
export function opaque({ width, height, pixels }: RgbPicture): Rgba {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width, height, pixels: rgba };
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
 * @throws RangeError when the pixels are not four bytes each.
 */
export function resample(
  image: Rgba,
  width: number,
  height: number,
  options: { from?: Box; flip?: boolean } = {},
): Rgba {
  if (image.pixels.length !== 4 * image.width * image.height) {
    throw new RangeError(
      `Resampling needs RGBA pixels [${image.height} ${image.width} 4], got ${image.pixels.length} bytes`,
    );
  }
  const { from = { left: 0, top: 0, width: image.width, height: image.height }, flip = false } = options;
  const columns = spans(from.left, from.width, width, image.width);
  const rows = spans(from.top, from.height, height, image.height);
  const firstRow = rows.starts[0]!;
  const rowCount = rows.starts[height - 1]! + rows.reach - firstRow;
  const across = resampleRows(image, columns, { firstRow, rowCount, width, flip });
  const pixels = new Uint8Array(width * height * 4);
  const stride = width * 4;
  for (let y = 0; y < height; y++) {
    const start = (rows.starts[y]! - firstRow) * stride;
    for (let k = 0; k < stride; k++) {
      let sum = 0.5;
      for (let s = 0; s < rows.reach; s++) {
        sum += rows.weights[y * rows.reach + s]! * across[start + s * stride + k]!;
      }
      pixels[y * stride + k] = sum;
    }
  }
  return { width, height, pixels };
}

/** The horizontal half: source rows firstRow.. resampled to the new width, [rowCount width 4]. */
function resampleRows(
  image: Rgba,
  columns: Spans,
  options: { firstRow: number; rowCount: number; width: number; flip: boolean },
): Float32Array {
  const { firstRow, rowCount, width, flip } = options;
  const { starts, weights, reach } = columns;
  const source = image.pixels;
  const result = new Float32Array(rowCount * width * 4);
  for (let y = 0, o = 0; y < rowCount; y++) {
    const row = Math.min(firstRow + y, image.height - 1) * image.width;
    for (let x = 0; x < width; x++, o += 4) {
      const column = flip ? width - 1 - x : x;
      let r = 0, g = 0, b = 0, a = 0;
      for (let s = 0, i = (row + starts[column]!) * 4; s < reach; s++, i += 4) {
        const weight = weights[column * reach + s]!;
        if (weight === 0) continue;
        r += weight * source[i]!;
        g += weight * source[i + 1]!;
        b += weight * source[i + 2]!;
        a += weight * source[i + 3]!;
      }
      result[o] = r;
      result[o + 1] = g;
      result[o + 2] = b;
      result[o + 3] = a;
    }
  }
  return result;
}

interface Spans {
  /** First source pixel of each target pixel. */
  readonly starts: Int32Array;
  /** [target reach]; zero where a target pixel covers fewer. */
  readonly weights: Float32Array;
  readonly reach: number;
}

/** Which source pixels each of `count` target pixels covers, and how much of each. */
function spans(offset: number, length: number, count: number, limit: number): Spans {
  const step = length / count;
  const window = Math.max(step, 1); // enlarging: a window of one pixel, which interpolates linearly
  const reach = Math.ceil(window) + 1;
  const starts = new Int32Array(count);
  const weights = new Float32Array(count * reach);
  for (let i = 0; i < count; i++) {
    const low = offset + i * step + (step - window) / 2;
    const start = Math.min(Math.max(Math.floor(low), 0), limit - 1);
    starts[i] = start;
    let total = 0;
    for (let s = 0; s < reach && start + s < limit; s++) {
      const overlap = Math.max(Math.min(low + window, start + s + 1) - Math.max(low, start + s), 0);
      weights[i * reach + s] = overlap;
      total += overlap;
    }
    if (total === 0) weights[i * reach] = 1;
    else for (let s = 0; s < reach; s++) weights[i * reach + s] = weights[i * reach + s]! / total;
  }
  return { starts, weights, reach };
}
