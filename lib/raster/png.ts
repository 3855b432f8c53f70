/** Pixels to PNG. */
import { encode } from "fast-png";

/** RGB bytes [height width 3]. */
export interface RgbPicture {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Bytes [height width 3]. */
  readonly pixels: Uint8Array;
}

/** The bytes of a PNG file; the same picture gives the same bytes. */
export function encodePng({ width, height, pixels }: RgbPicture): Uint8Array {
  if (pixels.length !== width * height * 3) {
    throw new RangeError(`encodePng() needs ${width}x${height}x3 bytes, got ${pixels.length}`);
  }
  return encode({ width, height, data: pixels, channels: 3 });
}
