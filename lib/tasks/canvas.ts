/** The 64x64 RGB picture, and a plan of numbered regions that a drawing family turns into pixels. */

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

/** A scene as numbered areas of one colour each; later areas cover earlier ones. */
export class RegionPlan {
  /** Area number of each pixel, [64 64]. */
  readonly areas = new Uint8Array(SIZE * SIZE);
  readonly colours: Colour[] = [];

  rectangle(left: number, top: number, right: number, bottom: number, colour: Colour): this {
    const area = this.#area(colour);
    const [x0, x1] = [Math.max(0, Math.round(left)), Math.min(SIZE, Math.round(right))];
    const [y0, y1] = [Math.max(0, Math.round(top)), Math.min(SIZE, Math.round(bottom))];
    for (let y = y0; y < y1; y++) this.areas.fill(area, y * SIZE + x0, y * SIZE + Math.max(x0, x1));
    return this;
  }

  disc(x: number, y: number, radius: number, colour: Colour): this {
    const area = this.#area(colour);
    for (let py = Math.max(0, Math.floor(y - radius)); py < Math.min(SIZE, y + radius + 1); py++) {
      for (let px = Math.max(0, Math.floor(x - radius)); px < Math.min(SIZE, x + radius + 1); px++) {
        if ((px + 0.5 - x) ** 2 + (py + 0.5 - y) ** 2 <= radius * radius) this.areas[py * SIZE + px] = area;
      }
    }
    return this;
  }

  /** Everything below the line y = top(x). */
  below(top: (x: number) => number, colour: Colour): this {
    const area = this.#area(colour);
    for (let x = 0; x < SIZE; x++) {
      for (let y = Math.max(0, Math.round(top(x + 0.5))); y < SIZE; y++) this.areas[y * SIZE + x] = area;
    }
    return this;
  }

  #area(colour: Colour): number {
    this.colours.push(colour);
    return this.colours.length - 1;
  }
}
