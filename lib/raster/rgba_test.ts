import assert from "node:assert/strict";
import { fitPicture, onWhite } from "./fit_picture.ts";
import type { RgbPicture } from "./png.ts";
import { opaque, resample } from "./rgba.ts";

/** Left half red, right half blue. */
const HALVES: RgbPicture = {
  width: 4,
  height: 2,
  pixels: Uint8Array.from({ length: 24 }, (_, i) => {
    const colour = Math.floor(i / 3) % 4 < 2 ? [250, 10, 20] : [30, 40, 200];
    return colour[i % 3]!;
  }),
};

Deno.test("opaque() keeps a picture's colours when it is fitted into a frame, and put back on white", () => {
  assert.deepEqual(onWhite(opaque(HALVES)), HALVES);
  const { pixels } = fitPicture(opaque(HALVES), { width: 2, height: 1, fit: "crop" });
  assert.deepEqual([...pixels], [250, 10, 20, 30, 40, 200]);
});

Deno.test("resample() refuses pixels of three bytes", () => {
  assert.throws(() => resample(HALVES, 2, 1), {
    name: "RangeError",
    message: "Resampling needs RGBA pixels [2 4 4], got 24 bytes",
  });
});
