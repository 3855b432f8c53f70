/** Pixels to PNG. */
import { encode } from "fast-png";

/** RGB bytes [height width 3]. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** The bytes of a PNG file; the same picture gives the same bytes. */
export function encodePng({ width, height, pixels }: RgbPicture): Uint8Array {
  if (pixels.length !== width * height * 3) {
    throw new RangeError(`encodePng() needs ${width}x${height}x3 bytes, got ${pixels.length}`);
  }
  return encode({ width, height, data: pixels, channels: 3 });
}
