/** Twelve places, each planned as areas of colour; geometry and colours come from separate seeds. */
import { fold, key, type Stream, stream } from "../engine/mod.ts";
import { type Colour, RegionPlan, SIZE } from "./canvas.ts";

/** Place -> how a caption names it. */
export const SCENES = {
  beach: "on a beach",
  grass: "on grass",
  snow: "in the snow",
  desert: "in a desert",
  night: "under a night sky",
  sunset: "at sunset",
  sea: "in the sea",
  table: "on a wooden table",
  room: "in a room",
  road: "on a road",
  wall: "in front of a brick wall",
  cloth: "on a checkered cloth",
} as const;
/** Name of a place. */
export type SceneName = keyof typeof SCENES;
export const SCENE_NAMES = Object.keys(SCENES) as SceneName[];

/** A place with the seeds that fix its drawing. */
export interface ScenePlace {
  /** Which of the twelve places. */
  readonly name: SceneName;
  /** Fixes where things stand. */
  readonly layoutSeed: number;
  /** Fixes the colours, within what the caption allows. */
  readonly colourSeed: number;
}

interface Hand {
  readonly plan: RegionPlan;
  /** Geometry. */
  readonly place: Stream;
  /** A colour near the given one. */
  tint(r: number, g: number, b: number): Colour;
}

/** The areas of a place. */
export function planScene(scene: ScenePlace): RegionPlan {
  const plan = new RegionPlan();
  const colours = stream(fold(key("scene colours"), scene.name, scene.colourSeed));
  const light = 0.88 + 0.22 * colours.float();
  PAINTERS[scene.name]({
    plan,
    place: stream(fold(key("scene layout"), scene.name, scene.layoutSeed)),
    tint: (r, g, b) => {
      const near = (value: number): number =>
        Math.min(255, Math.max(0, value * light + colours.int(-14, 14)));
      return [near(r), near(g), near(b)];
    },
  });
  return plan;
}

const PAINTERS: Record<SceneName, (hand: Hand) => void> = {
  beach: ({ plan, place, tint }) => {
    const horizon = place.int(20, 28);
    plan.rectangle(0, 0, SIZE, SIZE, tint(150, 214, 250));
    if (place.bool(0.5)) plan.disc(place.pick([10, 54]), place.int(7, 12), 6, tint(255, 224, 110));
    plan.rectangle(0, horizon, SIZE, horizon + 12, tint(52, 140, 208));
    const [phase, wave] = [place.float() * 6, place.int(12, 18)];
    plan.below((x) => horizon + wave + 1.6 * Math.sin(x / 7 + phase), tint(240, 216, 158));
  },
  grass: ({ plan, place, tint }) => {
    const [horizon, phase] = [place.int(28, 38), place.float() * 6];
    plan.rectangle(0, 0, SIZE, SIZE, tint(170, 220, 250));
    const x = place.pick([12, 50]);
    const cloud = tint(244, 248, 252);
    plan.disc(x, 10, 5, cloud).disc(x + 6, 11, 4, cloud).disc(x - 6, 11, 4, cloud);
    plan.below((px) => horizon + 3 * Math.sin(px / 11 + phase), tint(110, 190, 84));
    plan.below((px) => horizon + 12 + 2 * Math.sin(px / 9 + phase * 2), tint(84, 164, 66));
  },
  snow: ({ plan, place, tint }) => {
    const [horizon, phase] = [place.int(30, 40), place.float() * 6];
    plan.rectangle(0, 0, SIZE, SIZE, tint(150, 184, 216));
    const flake = tint(246, 250, 253);
    for (let i = 0; i < 12; i++) plan.disc(place.int(2, 62), place.int(1, horizon), 1, flake);
    plan.below((x) => horizon + 3 * Math.sin(x / 10 + phase), tint(232, 240, 248));
  },
  desert: ({ plan, place, tint }) => {
    const [horizon, phase] = [place.int(28, 36), place.float() * 6];
    plan.rectangle(0, 0, SIZE, SIZE, tint(250, 222, 160));
    plan.disc(place.pick([11, 53]), place.int(8, 12), 6, tint(255, 245, 205));
    plan.below((x) => horizon + 4 * Math.sin(x / 12 + phase), tint(226, 164, 92));
    plan.below((x) => horizon + 13 + 3 * Math.sin(x / 9 - phase), tint(204, 138, 70));
  },
  night: ({ plan, place, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(28, 34, 84));
    const star = tint(240, 236, 180);
    for (let i = 0; i < 14; i++) {
      const [x, y] = [place.int(1, 61), place.int(1, 46)];
      plan.rectangle(x, y, x + 2, y + 2, star);
    }
    const phase = place.float() * 6;
    plan.below((x) => 52 + 2.5 * Math.sin(x / 9 + phase), tint(16, 20, 44));
  },
  sunset: ({ plan, place, tint }) => {
    const horizon = place.int(40, 46);
    plan.rectangle(0, 0, SIZE, 14, tint(120, 62, 140));
    plan.rectangle(0, 14, SIZE, 28, tint(222, 94, 108));
    plan.rectangle(0, 28, SIZE, SIZE, tint(250, 156, 84));
    plan.disc(place.int(12, 52), horizon, 10, tint(255, 226, 120));
    plan.rectangle(0, horizon, SIZE, SIZE, tint(86, 48, 92));
  },
  sea: ({ plan, place, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(190, 228, 248));
    const top = place.int(14, 20);
    const phase = place.float() * 6;
    const tones = [tint(66, 160, 216), tint(40, 128, 196), tint(28, 100, 172)];
    tones.forEach((tone, i) => plan.below((x) => top + i * 15 + 2 * Math.sin(x / 4 + phase + i * 2), tone));
  },
  table: ({ plan, place, tint }) => {
    const edge = place.int(32, 38);
    plan.rectangle(0, 0, SIZE, SIZE, tint(250, 236, 206));
    plan.rectangle(0, edge, SIZE, SIZE, tint(182, 122, 66));
    const seam = tint(138, 86, 42);
    for (let y = edge + 8; y < SIZE; y += 9) plan.rectangle(0, y, SIZE, y + 2, seam);
  },
  room: ({ plan, place, tint }) => {
    const floor = place.int(44, 50);
    plan.rectangle(0, 0, SIZE, SIZE, tint(248, 208, 212));
    const x = place.pick([4, 42]);
    plan.rectangle(x - 1, 4, x + 19, 24, tint(250, 250, 250));
    const sky = tint(150, 208, 246);
    plan.rectangle(x + 1, 6, x + 8, 13, sky).rectangle(x + 10, 6, x + 17, 13, sky);
    plan.rectangle(x + 1, 15, x + 8, 22, sky).rectangle(x + 10, 15, x + 17, 22, sky);
    plan.rectangle(0, floor, SIZE, SIZE, tint(194, 134, 100));
    plan.rectangle(0, floor - 2, SIZE, floor, tint(250, 244, 240));
  },
  road: ({ plan, place, tint }) => {
    const kerb = place.int(30, 36);
    plan.rectangle(0, 0, SIZE, SIZE, tint(186, 220, 240));
    plan.rectangle(0, kerb - 7, SIZE, kerb, tint(120, 186, 96));
    plan.rectangle(0, kerb, SIZE, SIZE, tint(112, 114, 120));
    const dash = tint(246, 240, 214);
    const shift = place.int(0, 15);
    for (let x = -shift; x < SIZE; x += 18) plan.rectangle(x, kerb + 15, x + 10, kerb + 18, dash);
  },
  wall: ({ plan, place, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(222, 200, 184));
    const tones = [tint(186, 84, 62), tint(170, 72, 54), tint(198, 98, 72)];
    const shift = place.int(0, 10);
    for (let row = 0; row < 7; row++) {
      for (let x = -16 - shift + (row % 2) * 9; x < SIZE; x += 18) {
        plan.rectangle(x, row * 10, x + 16, row * 10 + 8, place.pick(tones));
      }
    }
  },
  cloth: ({ plan, place, tint }) => {
    plan.rectangle(0, 0, SIZE, SIZE, tint(250, 246, 240));
    const [shiftX, shiftY] = [place.int(0, 15), place.int(0, 15)];
    const check = tint(222, 92, 92);
    for (let row = 0; row < 7; row++) {
      for (let column = 0; column < 7; column++) {
        if ((row + column) % 2 === 1) continue;
        const [x, y] = [column * 13 - shiftX, row * 13 - shiftY];
        plan.rectangle(x, y, x + 13, y + 13, check);
      }
    }
  },
};
