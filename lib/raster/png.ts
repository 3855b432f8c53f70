/** Pixels to PNG, with text beside them. */
import { encode } from "fast-png";
import { plainPng, pngChunks } from "./png_chunks.ts";

/** RGB bytes [height width 3]. */
export interface RgbPicture {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Bytes [height width 3]. */
  readonly pixels: Uint8Array;
}

/**
 * The bytes of a PNG file; the same picture gives the same bytes.
 *
 * @param options.text tEXt chunks, keyword → Latin-1 text.
 * @throws RangeError when the pixels are not of the picture's size.
 */
export function encodePng(
  { width, height, pixels }: RgbPicture,
  options: { text?: Readonly<Record<string, string>> } = {},
): Uint8Array {
  if (pixels.length !== width * height * 3) {
    throw new RangeError(`encodePng() needs ${width}x${height}x3 bytes, got ${pixels.length}`);
  }
  const { text } = options;
  return encode({ width, height, data: pixels, channels: 3, ...(text ? { text: { ...text } } : {}) });
}

/** The tEXt chunks of a PNG file that are sound, keyword → text. @throws TypeError when the bytes are no whole PNG. */
export function pngText(bytes: Uint8Array): Record<string, string> {
  plainPng(bytes);
  const latin1 = new TextDecoder("latin1");
  const texts = [...pngChunks(bytes)].filter(({ type, sound }) => type === "tEXt" && sound);
  return Object.fromEntries(texts.map(({ body }) => {
    const end = body.indexOf(0);
    return [latin1.decode(body.subarray(0, end)), latin1.decode(body.subarray(end + 1))];
  }));
}
