/** The user's picture as the mini scale takes it: 64×64 RGB, fitted only as asked. */
import { createHash } from "node:crypto";
import { UserError } from "../../lib/engine/mod.ts";
import {
  type Fit,
  fitPicture,
  isTransparent,
  onWhite,
  readPicture,
  type RgbPicture,
} from "../../lib/raster/mod.ts";
import { SIZE } from "../../lib/tasks/mod.ts";

/** A picture: the bytes of a PNG, JPEG or WebP file, or pixels. */
export type ImageSource = Uint8Array | RgbPicture;

/** A picture of the right size, and how it came to be. */
export interface SourceImage {
  /** [64 64 3]. */
  readonly picture: RgbPicture;
  /** SHA-256 of the given bytes, 16 hexadecimal digits. */
  readonly sha256: string;
  /** How it was fitted; absent when it had the size. */
  readonly fit?: Fit;
  /** What was done to it, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Brings a picture to 64×64. Reductions average over areas; transparency goes onto white.
 *
 * @param options.name what the picture is called in sentences.
 * @throws UserError when it is no picture, too large, or has another size and no `fit` is given.
 */
export async function sourceImage(
  source: ImageSource,
  options: { name: string; fit?: Fit },
): Promise<SourceImage> {
  const { name, fit } = options;
  const bytes = source instanceof Uint8Array ? source : source.pixels;
  const sha256 = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  let picture: RgbPicture;
  const notes: string[] = [];
  let fitted: Fit | undefined;
  const size = ({ width, height }: { width: number; height: number }) => {
    if (width === SIZE && height === SIZE) return true;
    if (!fit) {
      throw new UserError(
        `Reading ${name} failed: expected ${SIZE}x${SIZE} pixels, got ${width}x${height}; --fit crop cuts it, --fit pad adds white`,
      );
    }
    fitted = fit;
    notes.push(`${name}: ${fit === "crop" ? "cut" : "padded"} from ${width}x${height} to ${SIZE}x${SIZE}`);
    return false;
  };
  const frame = { width: SIZE, height: SIZE, fit: fit ?? "crop" };
  if (source instanceof Uint8Array) {
    let image;
    try {
      image = await readPicture(source);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      throw new UserError(`Reading ${name} failed: ${error.message}`);
    }
    if (isTransparent(image)) notes.push(`${name}: transparent parts are put on white`);
    picture = size(image) ? onWhite(image) : fitPicture(image, frame);
  } else {
    const { width, height, pixels } = source;
    if (pixels.length !== 3 * width * height) {
      throw new RangeError(`Generating needs RGB pixels [${height} ${width} 3], got ${pixels.length} bytes`);
    }
    const rgba = new Uint8Array(4 * width * height).fill(255);
    for (let i = 0; i < width * height; i++) rgba.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
    picture = size(source) ? source : fitPicture({ width, height, pixels: rgba }, frame);
  }
  return { picture, sha256, notes, ...(fitted ? { fit: fitted } : {}) };
}
