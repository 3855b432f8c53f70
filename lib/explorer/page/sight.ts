/** Which part of a map is seen, as a few numbers that a link holds. */

/**
 * In the plane three numbers: the centre across and up, and half of the shorter side. In space nine: the camera's eye, what it looks at,
 * and what is up. None: the whole map.
 */
export type Sight = readonly number[];

/** The whole map. */
export const WHOLE: Sight = [];

const FLAT = 3, SOLID = 9;
/** Significant digits: finer than a pixel until the map is a thousand times as near. */
const DIGITS = 6;
/** The largest number that makes sense: a map's marks lie within some units of its centre. */
const MOST = 1000;

type Point = Readonly<Record<"x" | "y" | "z", number>>;

/** A plotly camera. */
export interface Camera {
  readonly eye: Point;
  readonly center: Point;
  readonly up: Point;
}

/** The camera that sees all. */
export const WHOLE_CAMERA: Camera = {
  eye: { x: 0.9, y: 0.9, z: 0.6 },
  center: { x: 0, y: 0, z: 0 },
  up: { x: 0, y: 0, z: 1 },
};

/** The ends of both axes. */
export interface Ranges {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const rounded = (values: readonly number[]): Sight =>
  values.map((value) => Number(value.toPrecision(DIGITS)));

/** The sight under these ends of the axes: what stays of it in a window of another shape. */
export function flatSight({ x, y }: Ranges): Sight {
  const half = ([low, high]: readonly [number, number]) => (high - low) / 2;
  return rounded([(x[0] + x[1]) / 2, (y[0] + y[1]) / 2, Math.min(half(x), half(y))]);
}

/** The axes' ends of a sight; where it is none of the plane, all that lies within `reach` of the centre. */
export function rangesOf(sight: Sight, reach: number): Ranges {
  const [x, y, half] = sight.length === FLAT ? sight as [number, number, number] : [0, 0, reach];
  return { x: [x - half, x + half], y: [y - half, y + half] };
}

/** The sight of a camera. */
export function solidSight({ eye, center, up }: Camera): Sight {
  return rounded([eye, center, up].flatMap(({ x, y, z }) => [x, y, z]));
}

/** The camera of a sight; where it is none of space, the one that sees all. */
export function cameraOf(sight: Sight): Camera {
  if (sight.length !== SOLID) return WHOLE_CAMERA;
  const point = (at: number): Point => ({ x: sight[at]!, y: sight[at + 1]!, z: sight[at + 2]! });
  return { eye: point(0), center: point(3), up: point(6) };
}

/** Whether two sights are one. */
export function sameSight(a: Sight, b: Sight): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** A sight as a link holds it. */
export function encodeSight(sight: Sight): string {
  return sight.join("_");
}

/** What {@link encodeSight} wrote; {@link WHOLE} where it makes no sense. */
export function decodeSight(text: string): Sight {
  const values = text.split("_").map((part) => part === "" ? NaN : Number(part));
  const known = values.length === FLAT ? values[2]! > 0 : values.length === SOLID;
  return known && values.every((value) => Math.abs(value) <= MOST) ? values : WHOLE;
}
