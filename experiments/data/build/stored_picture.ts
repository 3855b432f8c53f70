/** Pictures as a data set keeps them: files as they are where they fit, else resampled and written as WebP. */
import {
  type Box,
  encodeWebp,
  isTransparent,
  onWhite,
  opaque,
  pictureHeader,
  readPicture,
  resample,
  type Rgba,
  type RgbPicture,
} from "../../../lib/raster/mod.ts";
import { BrokenPicture } from "../sources/source_picture.ts";

/** Quality of WebP files. */
const QUALITY = 95;
/** Longest side over shortest beyond which a picture is refused: a strip has no scene. */
const LONGEST = 4;

/** A picture of a pair, in the bytes of its file. */
export interface StoredPicture {
  /** What the file is named by: the same for the same picture. */
  readonly name: string;
  /** With its dot. */
  readonly extension: string;
  readonly bytes: Uint8Array;
}

/** A decoded source. */
export interface DecodedPicture extends Rgba {
  /** The file it came from. */
  readonly file: Uint8Array;
}

/** Decodes a source's file. @throws BrokenPicture when it is none, damaged, too large, or a strip. */
export async function decoded(file: Uint8Array): Promise<DecodedPicture> {
  let image: Rgba;
  try {
    image = await readPicture(file);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw new BrokenPicture(error.message);
    throw error;
  }
  const [short, long] = [Math.min(image.width, image.height), Math.max(image.width, image.height)];
  if (long > LONGEST * short) {
    throw new BrokenPicture(`expected sides in a ratio up to ${LONGEST}, got ${image.width}x${image.height}`);
  }
  return { ...image, file };
}

const EXTENSIONS = { PNG: ".png", JPEG: ".jpg", WebP: ".webp" } as const;

/** Pixels as a file. */
export async function stored(picture: RgbPicture, name: string): Promise<StoredPicture> {
  return { name, extension: ".webp", bytes: await encodeWebp(picture, { quality: QUALITY }) };
}

/**
 * A whole picture whose shorter side has at least `side` pixels: the source's own file where it has up to twice as many, is turned as it is seen and
 * opaque; else resampled to `side`.
 */
export async function storedWhole(
  image: DecodedPicture,
  { side, name }: { side: number; name: string },
): Promise<StoredPicture> {
  const { width, height, file } = image;
  const short = Math.min(width, height);
  const { format, orientation } = pictureHeader(file);
  if (short >= side && short <= 2 * side && orientation <= 1 && !isTransparent(image)) {
    return { name, extension: EXTENSIONS[format], bytes: file };
  }
  const size = (length: number) => Math.max(side, Math.round(length * side / short));
  return await stored(onWhite(resample(image, size(width), size(height))), name);
}

/** A picture without transparency. */
export const onWhiteOf = (image: Rgba): RgbPicture => onWhite(image);

/** A square picture in pixels, made larger where it has fewer than `side`. */
export async function storedSquare(
  picture: RgbPicture,
  { side, name }: { side: number; name: string },
): Promise<StoredPicture> {
  if (picture.width >= side) return await stored(picture, name);
  return await stored(onWhite(resample(opaque(picture), side, side)), name);
}

/** A square region, resampled to `side`. */
export function squareOf(image: Rgba, from: Box, side: number): RgbPicture {
  return onWhite(resample(image, side, side, { from }));
}

/** A region of any shape in the middle of a square of one colour, its longer side `side` pixels. */
export function paddedSquare(
  image: Rgba,
  from: Box,
  { side, colour }: { side: number; colour: readonly [number, number, number] },
): RgbPicture {
  const scale = side / Math.max(from.width, from.height);
  const width = Math.min(side, Math.max(1, Math.round(from.width * scale)));
  const height = Math.min(side, Math.max(1, Math.round(from.height * scale)));
  const inner = onWhite(resample(image, width, height, { from }));
  const pixels = Uint8Array.from({ length: 3 * side * side }, (_, i) => colour[i % 3]!);
  const left = Math.floor((side - width) / 2), top = Math.floor((side - height) / 2);
  for (let y = 0; y < height; y++) {
    pixels.set(inner.pixels.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * side + left));
  }
  return { width: side, height: side, pixels };
}
