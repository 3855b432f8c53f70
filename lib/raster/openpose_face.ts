/**
 * A face as OpenPose's body model has it (Cao et al. 2017), nose and eyes, drawn as ControlNet's annotator draws a pose and as the published pose
 * ControlNet reads it: each joint a disc and each limb an ellipse in colours of their own, limbs at 0.6 of theirs, on black.
 */
import type { RgbPicture } from "./png.ts";

/** A place in a picture, in pixels from its upper left corner. */
export type Point = readonly [x: number, y: number];

/** Joints of a face. The right eye is the person's own, which is on the left of a picture from the front. */
export interface FaceJoints {
  /** Its tip. */
  readonly nose: Point;
  /** The pupil. */
  readonly rightEye: Point;
  /** The pupil. */
  readonly leftEye: Point;
}

type Colour = readonly [red: number, green: number, blue: number];

/** The annotator's colours of joints 0, 14 and 15. */
const JOINTS: readonly { readonly joint: keyof FaceJoints; readonly colour: Colour }[] = [
  { joint: "nose", colour: [255, 0, 0] },
  { joint: "rightEye", colour: [170, 0, 255] },
  { joint: "leftEye", colour: [255, 0, 255] },
];

/** Its limbs 13 and 15. */
const LIMBS: readonly { readonly to: keyof FaceJoints; readonly colour: Colour }[] = [
  { to: "rightEye", colour: [85, 0, 255] },
  { to: "leftEye", colour: [255, 0, 255] },
];

/** Share of its colour that a limb has. */
const LIMB_SHARE = 0.6;
/** Radius of a joint and half the width of a limb, in pixels of a picture whose shorter side is {@link RESOLUTION}. */
const RADIUS = 4, RESOLUTION = 512;

/** Gives the pixels within `reach` of a place that belong to a form. */
function fill(
  { width, height, pixels }: RgbPicture,
  { at: [x, y], reach, colour, holds }: {
    readonly at: Point;
    readonly reach: number;
    readonly colour: Colour;
    readonly holds: (dx: number, dy: number) => boolean;
  },
): void {
  for (let py = Math.max(0, Math.floor(y - reach)); py <= Math.min(height - 1, Math.ceil(y + reach)); py++) {
    for (let px = Math.max(0, Math.floor(x - reach)); px <= Math.min(width - 1, Math.ceil(x + reach)); px++) {
      if (holds(px - x, py - y)) pixels.set(colour, 3 * (py * width + px));
    }
  }
}

/** The joints on black, in a picture of these sides. */
export function drawOpenposeFace(
  joints: FaceJoints,
  { width, height }: { readonly width: number; readonly height: number },
): RgbPicture {
  const picture: RgbPicture = { width, height, pixels: new Uint8Array(3 * width * height) };
  const radius = Math.max(1, RADIUS * Math.min(width, height) / RESOLUTION);
  const { nose } = joints;
  for (const { to, colour } of LIMBS) {
    const [dx, dy] = [joints[to][0] - nose[0], joints[to][1] - nose[1]];
    const long = Math.hypot(dx, dy) / 2;
    if (long === 0) continue;
    const [along, across] = [dx / (2 * long), dy / (2 * long)];
    fill(picture, {
      at: [nose[0] + dx / 2, nose[1] + dy / 2],
      reach: Math.max(long, radius),
      colour: colour.map((part) => Math.floor(LIMB_SHARE * part)) as unknown as Colour,
      holds: (x, y) => ((x * along + y * across) / long) ** 2 + ((y * along - x * across) / radius) ** 2 <= 1,
    });
  }
  for (const { joint, colour } of JOINTS) {
    fill(picture, {
      at: joints[joint],
      reach: radius,
      colour,
      holds: (x, y) => x * x + y * y <= radius * radius,
    });
  }
  return picture;
}
