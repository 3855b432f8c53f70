/** What a pose ControlNet is shown of a portrait: outline, eyes and mouth, drawn from what the generator knows; nothing is detected. */
import { newImage, type Rgb, SIZE } from "./canvas.ts";
import { outlineOf } from "./outline.ts";
import { PORTRAIT_SIZE, type PortraitBank } from "./portrait_bank.ts";
import { framedPortrait, portraitFrame, type PortraitSpec, shiftOf } from "./portrait_image.ts";

type Point = readonly [x: number, y: number];

/** Where a family draws eyes and mouth, in shares of the portrait's side, not mirrored. */
const LANDMARKS: Readonly<Record<string, { readonly eyes: readonly [Point, Point]; readonly mouth: Point }>> =
  {
    personas: { eyes: [[0.395, 0.445], [0.6, 0.445]], mouth: [0.5, 0.635] },
    micah: { eyes: [[0.44, 0.41], [0.617, 0.38]], mouth: [0.563, 0.6] },
    "toon-head": { eyes: [[0.4, 0.525], [0.6, 0.525]], mouth: [0.5, 0.65] },
    "open-peeps": { eyes: [[0.583, 0.517], [0.76, 0.51]], mouth: [0.673, 0.667] },
    avataaars: { eyes: [[0.403, 0.4], [0.6, 0.4]], mouth: [0.497, 0.58] },
  };

/** What determines a portrait's pose. */
export type PoseSpec = Pick<PortraitSpec, "identity" | "viewIndex" | "layout">;

/** The person's area, [64 64] of 0 and 1. */
export function portraitMask(bank: PortraitBank, spec: PoseSpec): Uint8Array {
  const { pixels } = framedPortrait(bank, spec);
  const shift = shiftOf(spec.layout);
  return Uint8Array.from({ length: SIZE * SIZE }, (_, p) => {
    const x = (p % SIZE) - shift;
    return Number(x >= 0 && x < SIZE && pixels[4 * (p - shift) + 3]! > 127);
  });
}

/** Where a point of the stored portrait lies in the picture, in pixels: framed, mirrored, shifted. */
function placed([x, y]: Point, { layout }: PoseSpec): Point {
  const { left, top, width, height } = portraitFrame(layout);
  const across = (x * PORTRAIT_SIZE - left) / width;
  return [
    (layout.flip ? 1 - across : across) * SIZE + shiftOf(layout),
    ((y * PORTRAIT_SIZE - top) / height) * SIZE,
  ];
}

/** Eyes and mouth of a portrait, in pixels of the 64x64 picture. @throws RangeError for an unknown portrait family. */
export function poseLandmarks(spec: PoseSpec): { eyes: readonly Point[]; mouth: Point } {
  const landmarks = LANDMARKS[spec.identity.family];
  if (!landmarks) {
    throw new RangeError(
      `Drawing a pose needs a family of ${Object.keys(LANDMARKS).join(", ")}, got "${spec.identity.family}"`,
    );
  }
  return {
    eyes: landmarks.eyes.map((eye) => placed(eye, spec)),
    mouth: placed(landmarks.mouth, spec),
  };
}

/** The pose on black: the outline white, each eye a red square and the mouth a green one of three pixels. */
export function drawPose(bank: PortraitBank, spec: PoseSpec): Rgb {
  const image = newImage();
  outlineOf(portraitMask(bank, spec)).forEach((on, p) => image.fill(255 * on, 3 * p, 3 * p + 3));
  const { eyes, mouth } = poseLandmarks(spec);
  const mark = ([x, y]: Point, colour: readonly number[]) => {
    for (let py = Math.floor(y) - 1; py <= Math.floor(y) + 1; py++) {
      for (let px = Math.floor(x) - 1; px <= Math.floor(x) + 1; px++) {
        if (px >= 0 && px < SIZE && py >= 0 && py < SIZE) image.set(colour, 3 * (py * SIZE + px));
      }
    }
  };
  for (const eye of eyes) mark(eye, [255, 0, 0]);
  mark(mouth, [0, 255, 0]);
  return image;
}
