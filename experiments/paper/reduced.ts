/** Pictures of the paper's scale as measures of pixels read them, which are of the mini scale's sides. */
import { fitPicture, opaque, type RgbPicture } from "../../lib/raster/mod.ts";
import { type Rgb, SIZE } from "../../lib/tasks/mod.ts";

/** A picture's middle square, [64 64 3]. */
export const reduced = (picture: RgbPicture): Rgb =>
  fitPicture(opaque(picture), { width: SIZE, height: SIZE, fit: "crop" }).pixels;
