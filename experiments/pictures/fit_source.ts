/** A picture of any size to what a model takes: RGB of one size, fitted only as asked. */
import { UserError } from "../../lib/engine/mod.ts";
import {
  type Fit,
  fitPicture,
  isTransparent,
  onWhite,
  opaque,
  readPicture,
  type RgbPicture,
} from "../../lib/raster/mod.ts";
import { SIZE } from "../../lib/tasks/mod.ts";

/** A picture: the bytes of a PNG, JPEG or WebP file, or pixels. */
export type ImageSource = Uint8Array | RgbPicture;

/** A picture of the right size, and what was done to it. */
export interface FittedImage {
  /** Of the frame's size. */
  readonly picture: RgbPicture;
  /** How it was fitted; absent when it had the size. */
  readonly fit?: Fit;
  /** What was done to it, in sentences. */
  readonly notes: readonly string[];
}

/** The sides that a picture is brought to: given, or a square of its own shorter side (crop) or longer side (pad). */
export type Frame = { readonly width: number; readonly height: number } | "square";

function sidesOf(frame: Frame, { width, height }: { width: number; height: number }, fit: Fit | undefined) {
  if (frame !== "square") return frame;
  const side = fit === "pad" ? Math.max(width, height) : Math.min(width, height);
  return { width: side, height: side };
}

/**
 * Brings a picture to the size of a frame. Reductions average over areas; transparency goes onto white.
 *
 * @param options.name what the picture is called in sentences.
 * @param options.frame 64×64 if absent.
 * @throws UserError when it is no picture, too large, or has another size and no `fit` is given.
 */
export async function fitSource(
  source: ImageSource,
  options: { name: string; fit?: Fit; frame?: Frame },
): Promise<FittedImage> {
  const { name, fit, frame: wanted = { width: SIZE, height: SIZE } } = options;
  let picture: RgbPicture;
  const notes: string[] = [];
  let fitted: Fit | undefined;
  const size = ({ width, height }: { width: number; height: number }) => {
    const sides = sidesOf(wanted, { width, height }, fit);
    if (width === sides.width && height === sides.height) return true;
    if (!fit) {
      const shape = wanted === "square" ? "a square picture" : `${wanted.width}x${wanted.height} pixels`;
      throw new UserError(
        `Reading ${name} failed: expected ${shape}, got ${width}x${height}; --fit crop cuts it, --fit pad adds white`,
      );
    }
    fitted = fit;
    notes.push(
      `${name}: ${
        fit === "crop" ? "cut" : "padded"
      } from ${width}x${height} to ${sides.width}x${sides.height}`,
    );
    return false;
  };
  const into = (own: { width: number; height: number }) => ({
    ...sidesOf(wanted, own, fit),
    fit: fit ?? "crop",
  });
  if (source instanceof Uint8Array) {
    let image;
    try {
      image = await readPicture(source);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      throw new UserError(`Reading ${name} failed: ${error.message}`);
    }
    if (isTransparent(image)) notes.push(`${name}: transparent parts are put on white`);
    picture = size(image) ? onWhite(image) : fitPicture(image, into(image));
  } else {
    const { width, height, pixels } = source;
    if (pixels.length !== 3 * width * height) {
      throw new RangeError(`Generating needs RGB pixels [${height} ${width} 3], got ${pixels.length} bytes`);
    }
    picture = size(source) ? source : fitPicture(opaque(source), into(source));
  }
  return { picture, notes, ...(fitted ? { fit: fitted } : {}) };
}
