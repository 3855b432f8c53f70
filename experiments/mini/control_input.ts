/** A picture as a ControlNet is shown it. */
import { type Rgb, SIZE } from "../../lib/tasks/mod.ts";

/** RGB bytes [64 64 3] as [3 64 64] in [0, 1]. */
export function controlInput(pixels: Rgb): Float32Array {
  const plane = SIZE * SIZE;
  return Float32Array.from(
    { length: 3 * plane },
    (_, i) => pixels[3 * (i % plane) + Math.floor(i / plane)]! / 255,
  );
}
