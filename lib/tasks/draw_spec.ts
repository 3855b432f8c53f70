/** Draws the parameters of scenes and portraits from a pool. */
import type { Stream } from "../engine/mod.ts";
import { allows, pickConcept, pickFamily, type Pool } from "./pools.ts";
import { PLACE_NAMES, type PlaceName } from "./places.ts";
import {
  type Background,
  BACKGROUNDS,
  personView,
  type PortraitLayout,
  type PortraitSpec,
} from "./portrait_image.ts";
import { VIEW_COUNT } from "./portraits.ts";
import type { Layout, SceneSpec } from "./scene_image.ts";
import { findStyle, sampleStyle, STYLES, type StyleSample } from "./styles.ts";

const SEED_LIMIT = 2 ** 30;

/** A whole number that seeds one aspect of a picture. */
export function drawSeed(random: Stream): number {
  return random.int(0, SEED_LIMIT);
}

/** A style of the pool: treated with the given probability, else a plain family. */
export function drawStyle(random: Stream, pool: Pool, treatedShare: number): StyleSample {
  const style = random.bool(treatedShare)
    ? random.pick(pool.treated)
    : findStyle(pickFamily(random), "none")!;
  return sampleStyle(style, drawSeed(random));
}

/** Where a thing stands: a few places and sizes that a caption can name, each with a little play. */
const SLOTS = {
  left: { x: 0.31, y: 0.6, size: 0.58 },
  middle: { x: 0.5, y: 0.6, size: 0.6 },
  right: { x: 0.69, y: 0.6, size: 0.58 },
  big: { x: 0.5, y: 0.55, size: 0.86 },
} as const;
/** Name of a slot. */
export type Slot = keyof typeof SLOTS;

/** Heights of the horizon and places of the landmark. */
const HORIZONS = [0.46, 0.6, 0.74];
const LANDMARKS = [0.18, 0.82];
const PLAY = 0.02;

/** A layout: one slot, one horizon, one side for the landmark. */
function drawLayout(random: Stream): Layout {
  const near = (value: number): number => value + PLAY * (2 * random.float() - 1);
  const { x, y, size } = SLOTS[random.pick(Object.keys(SLOTS) as Slot[])];
  return {
    x: near(x),
    y: near(y),
    size: near(size),
    horizon: near(random.pick(HORIZONS)),
    landmark: near(random.pick(LANDMARKS)),
  };
}

/** The slot whose centre and size are nearest. */
export function slotOf({ x, size }: Pick<Layout, "x" | "size">): Slot {
  if (size > (SLOTS.big.size + SLOTS.middle.size) / 2) return "big";
  return x < (SLOTS.left.x + SLOTS.middle.x) / 2
    ? "left"
    : x > (SLOTS.right.x + SLOTS.middle.x) / 2
    ? "right"
    : "middle";
}

/** Which of the three heights the horizon has. */
export function horizonOf({ horizon }: Pick<Layout, "horizon">): "high" | "middle" | "low" {
  const [high, middle, low] = HORIZONS as [number, number, number];
  return horizon < (high + middle) / 2 ? "high" : horizon < (middle + low) / 2 ? "middle" : "low";
}

/** Degrees by which a recoloured thing's colours are turned. */
export const COLOURWAYS = [120, 240] as const;

export interface SceneDraw {
  readonly style: StyleSample;
  /** Probability that the object's colours are turned. */
  readonly recoloured?: number;
  /** Cluster the concept must not be from. */
  readonly avoidCluster?: string;
  readonly avoidPlace?: PlaceName;
}

/** A scene in a given style. */
export function drawSceneSpec(random: Stream, pool: Pool, draw: SceneDraw): SceneSpec {
  const { style, recoloured = 0, avoidCluster, avoidPlace } = draw;
  const concept = pickConcept(random, pool, style.family, avoidCluster);
  const colourway = random.bool(recoloured) ? random.pick(COLOURWAYS) : 0;
  const name = random.pick(PLACE_NAMES.filter((place) => place !== avoidPlace));
  return {
    kind: "scene",
    concept,
    style,
    place: { name, colourSeed: drawSeed(random) },
    layout: drawLayout(random),
    colourway,
    grain: drawSeed(random),
  };
}

/** Share of portraits that are zoomed in on the face. */
const ZOOMED = 0.3;

/** Where a person stands and whether mirrored or zoomed in on the face. */
export function drawPortraitLayout(random: Stream): PortraitLayout {
  return { shift: random.pick([-0.1, 0, 0.1]), flip: random.bool(), zoomed: random.bool(ZOOMED) };
}

/** A treatment of the pool that portraits can have, with the given probability. */
function drawPortraitTreatment(
  random: Stream,
  pool: Pool,
  treatedShare: number,
): PortraitSpec["treatment"] {
  const treatments = STYLES.filter((style) =>
    style.family === "flat" && style.treatment !== "none" && allows(pool, style)
  );
  const treated = random.bool(treatedShare);
  const style = treated && treatments.length > 0 ? random.pick(treatments) : findStyle("flat", "none")!;
  const { treatment, hue, strength } = sampleStyle(style, drawSeed(random));
  return { treatment, hue, strength };
}

/** A portrait; identity and view are drawn too unless given. */
export function drawPortraitSpec(
  random: Stream,
  pool: Pool,
  options: { identity?: number; view?: number; treatedShare?: number; layout?: PortraitLayout } = {},
): PortraitSpec {
  const [first, end] = pool.identities;
  const { identity = random.int(first, end - 1), view = random.int(0, VIEW_COUNT - 1) } = options;
  return {
    kind: "portrait",
    ...personView(identity, view),
    viewIndex: view,
    background: random.pick(Object.keys(BACKGROUNDS) as Background[]),
    layout: options.layout ?? drawPortraitLayout(random),
    treatment: drawPortraitTreatment(random, pool, options.treatedShare ?? 0),
    grain: drawSeed(random),
  };
}
