/**
 * Nine places, each a sky or wall above a horizon, a ground below it and one landmark. Where the horizon lies and where the landmark stands is the
 * frame, the same numbers for every place, so that a layout can be taken from one place to another; colours come from a seed of their own.
 */
import { fold, key, stream } from "../engine/mod.ts";
import { AreaPlan } from "./area_plan.ts";
import { type Colour, SIZE } from "./canvas.ts";

/** Place -> how a caption names it. */
export const PLACES = {
  beach: "on a beach",
  grass: "on grass",
  snow: "in the snow",
  desert: "in a desert",
  night: "under a night sky",
  sunset: "at sunset",
  sea: "in the sea",
  table: "on a wooden table",
  room: "in a room",
} as const;
/** Name of a place. */
export type PlaceName = keyof typeof PLACES;
/** All names, in the order of the record. */
export const PLACE_NAMES = Object.keys(PLACES) as PlaceName[];

/** How a place is laid out: fractions of the picture's side. */
export interface PlaceFrame {
  /** Height of the horizon from the top, 0.4 to 0.75. */
  readonly horizon: number;
  /** Middle of the landmark from the left, 0.1 to 0.9. */
  readonly landmark: number;
}

interface Hand {
  readonly plan: AreaPlan;
  /** Horizon and landmark in pixels of the picture. */
  readonly horizon: number;
  readonly landmark: number;
  /** The colour, a little lighter, darker or of another hue. */
  tint(r: number, g: number, b: number): Colour;
}

/** A place and the seed of its colours, which stay within what the caption allows. */
export interface Place {
  /** Which of the nine. */
  readonly name: PlaceName;
  /** Fixes the shades of its areas. */
  readonly colourSeed: number;
}

/** The areas of a place. */
export function planPlace({ name, colourSeed }: Place, frame: PlaceFrame): AreaPlan {
  const plan = new AreaPlan();
  const colours = stream(fold(key("place colours"), name, colourSeed));
  const light = 0.92 + 0.14 * colours.float();
  PAINTERS[name]({
    plan,
    horizon: frame.horizon * SIZE,
    landmark: frame.landmark * SIZE,
    tint: (r, g, b) => {
      const near = (value: number): number =>
        Math.min(255, Math.max(0, Math.round(value * light + colours.int(-10, 10))));
      return [near(r), near(g), near(b)];
    },
  });
  return plan;
}

const hill = (horizon: number, height: number, landmark: number) => (x: number): number =>
  horizon - height * Math.cos((x - landmark) / 14);

const PAINTERS: Record<PlaceName, (hand: Hand) => void> = {
  beach: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(150, 214, 250));
    plan.disc(landmark, 10, 6, tint(255, 226, 112));
    plan.rectangle(0, horizon - 12, SIZE, horizon, tint(52, 140, 208));
    plan.rectangle(0, horizon, SIZE, SIZE, tint(240, 216, 158));
  },
  grass: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(170, 220, 250));
    const cloud = tint(248, 250, 252);
    plan.disc(landmark, 10, 5, cloud).disc(landmark + 6, 11, 4, cloud).disc(landmark - 6, 11, 4, cloud);
    plan.below(hill(horizon, 3, landmark), tint(104, 186, 80));
  },
  snow: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(146, 178, 212));
    plan.below((x) => horizon - Math.max(0, 14 - Math.abs(x - landmark)), tint(196, 214, 232));
    plan.rectangle(0, horizon, SIZE, SIZE, tint(244, 248, 252));
  },
  desert: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(252, 226, 168));
    plan.disc(landmark, 10, 6, tint(255, 248, 214));
    plan.below(hill(horizon, 4, landmark), tint(222, 156, 84));
  },
  night: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(28, 34, 84));
    plan.disc(landmark, 10, 6, tint(240, 236, 190));
    plan.rectangle(0, horizon, SIZE, SIZE, tint(16, 20, 44));
  },
  sunset: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(226, 96, 104));
    plan.rectangle(0, horizon * 0.5, SIZE, SIZE, tint(250, 156, 84));
    plan.disc(landmark, horizon, 10, tint(255, 226, 120));
    plan.rectangle(0, horizon, SIZE, SIZE, tint(86, 48, 92));
  },
  sea: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(196, 230, 248));
    plan.disc(landmark, 10, 5, tint(250, 252, 252));
    plan.below((x) => horizon - 12 + 1.5 * Math.sin((x - landmark) / 4), tint(66, 160, 216));
    plan.below((x) => horizon + 6 + 1.5 * Math.sin((x - landmark) / 4 + 2), tint(30, 106, 178));
  },
  table: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(250, 236, 206));
    plan.rectangle(landmark - 8, 4, landmark + 8, 16, tint(214, 190, 156));
    plan.rectangle(0, horizon, SIZE, SIZE, tint(178, 118, 64));
  },
  room: ({ plan, horizon, landmark, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(248, 208, 212));
    plan.rectangle(landmark - 9, 4, landmark + 9, 20, tint(252, 252, 252));
    plan.rectangle(landmark - 7, 6, landmark + 7, 18, tint(150, 208, 246));
    plan.rectangle(0, horizon, SIZE, SIZE, tint(190, 128, 96));
  },
};
