/** The 64x64 RGB picture, and how models take it. */

/** Side of every composed image, in pixels. */
export const SIZE = 64;

/** Interleaved RGB, [64 64 3], one byte each. */
export type Rgb = Uint8Array;

/** Red, green, blue, 0 to 255. */
export type Colour = readonly [number, number, number];

export function newImage(): Rgb {
  return new Uint8Array(SIZE * SIZE * 3);
}

/** [channel 64 64] in [-1, 1], as models take it. */
export function toModelImage(image: Rgb): Float32Array {
  if (image.length !== SIZE * SIZE * 3) {
    throw new RangeError(
      `toModelImage() needs ${SIZE * SIZE * 3} bytes [${SIZE} ${SIZE} 3], got ${image.length}`,
    );
  }
  const plane = SIZE * SIZE;
  const result = new Float32Array(3 * plane);
  for (let p = 0, i = 0; p < plane; p++) {
    for (let c = 0; c < 3; c++, i++) result[c * plane + p] = image[i]! / 127.5 - 1;
  }
  return result;
}

/** The way back from `toModelImage()`: [3 64 64] in [-1, 1], clipped, to bytes [64 64 3]. */
export function fromModelImage(values: ArrayLike<number>): Rgb {
  const plane = SIZE * SIZE;
  if (values.length !== 3 * plane) {
    throw new RangeError(
      `fromModelImage() needs ${3 * plane} values [3 ${SIZE} ${SIZE}], got ${values.length}`,
    );
  }
  const image = newImage();
  for (let p = 0, i = 0; p < plane; p++) {
    for (let c = 0; c < 3; c++, i++) {
      image[i] = Math.round(Math.min(Math.max((values[c * plane + p]! + 1) * 127.5, 0), 255));
    }
  }
  return image;
}

/** Brightness, 0 to 255 (Rec. 601). */
export function luminance(r: number, g: number, b: number): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}
