/** A picture of any shape into a given frame, and transparency onto white. */
import type { RgbPicture } from "./png.ts";
import { resample, type Rgba } from "./rgba.ts";

/** "crop" fills the frame and cuts what stands out; "pad" shows all of the picture, with white beside it. */
export const FITS = ["crop", "pad"] as const;

/** A way to fit a picture into a frame. */
export type Fit = (typeof FITS)[number];

/** Whether any pixel lets the ground through. */
export function isTransparent({ pixels }: Rgba): boolean {
  for (let i = 3; i < pixels.length; i += 4) if (pixels[i]! < 255) return true;
  return false;
}

/** Composites a premultiplied picture on white. */
export function onWhite({ width, height, pixels }: Rgba): RgbPicture {
  const result = new Uint8Array(3 * width * height);
  for (let i = 0, o = 0; i < pixels.length; i += 4) {
    for (let c = 0; c < 3; c++) result[o++] = Math.min(255, pixels[i + c]! + 255 - pixels[i + 3]!);
  }
  return { width, height, pixels: result };
}

/** Fits a picture into a frame, around its centre. Making it smaller averages over areas; the ground is white. */
export function fitPicture(image: Rgba, frame: { width: number; height: number; fit: Fit }): RgbPicture {
  const { width, height, fit } = frame;
  const [across, down] = [width / image.width, height / image.height];
  if (fit === "crop") {
    const scale = Math.max(across, down);
    const from = { width: width / scale, height: height / scale };
    return onWhite(resample(image, width, height, {
      from: { ...from, left: (image.width - from.width) / 2, top: (image.height - from.height) / 2 },
    }));
  }
  const scale = Math.min(across, down);
  const inner = {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
  };
  const small = onWhite(resample(image, inner.width, inner.height));
  const left = Math.floor((width - inner.width) / 2), top = Math.floor((height - inner.height) / 2);
  const pixels = new Uint8Array(3 * width * height).fill(255);
  for (let y = 0; y < inner.height; y++) {
    const row = small.pixels.subarray(3 * y * inner.width, 3 * (y + 1) * inner.width);
    pixels.set(row, 3 * ((top + y) * width + left));
  }
  return { width, height, pixels };
}
