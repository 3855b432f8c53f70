/** The user's picture as a model takes it, with the hash that names it in records. */
import type { Fit } from "../../lib/raster/mod.ts";
import { shortHash } from "./short_hash.ts";
import { fitSource, type FittedImage, type Frame, type ImageSource } from "./fit_source.ts";

export type { Frame, ImageSource } from "./fit_source.ts";

/** A picture of the right size, and how it came to be. */
export interface SourceImage extends FittedImage {
  /** SHA-256 of the given bytes, 16 hexadecimal digits. */
  readonly sha256: string;
}

/** Brings a picture to the size of a frame and names it; options and errors as {@link fitSource}'s. */
export async function sourceImage(
  source: ImageSource,
  options: { name: string; fit?: Fit; frame?: Frame },
): Promise<SourceImage> {
  const bytes = source instanceof Uint8Array ? source : source.pixels;
  return { ...await fitSource(source, options), sha256: shortHash(bytes) };
}
