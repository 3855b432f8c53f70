/** Draws the parameters of scenes and portraits from a pool. */
import type { Stream } from "../engine/mod.ts";
import { familyOf } from "./families/mod.ts";
import { allows, pickConcept, pickFamily, type Pool } from "./pools.ts";
import { type Background, BACKGROUNDS, personView, type PortraitSpec } from "./portrait_image.ts";
import { VIEW_COUNT } from "./portraits.ts";
import type { Layout, SceneSpec } from "./scene_image.ts";
import { SCENE_NAMES, type SceneName } from "./scenes.ts";
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

/** Big and mostly inside: centre x .3-.7, y .4-.65, longer side .55-.85 of the image. */
export function drawLayout(random: Stream): Layout {
  const size = 0.55 + 0.3 * random.float();
  const inside = (centre: number): number => Math.min(Math.max(centre, size / 2 - 0.03), 1.03 - size / 2);
  const [x, y] = [inside(0.3 + 0.4 * random.float()), inside(0.4 + 0.25 * random.float())];
  return { x, y, size, flip: random.bool() };
}

export interface SceneDraw {
  readonly style: StyleSample;
  /** Probability that the object's colours are turned. */
  readonly recoloured?: number;
  /** Cluster the concept must not be from. */
  readonly avoidCluster?: string;
  readonly avoidScene?: SceneName;
}

/** A scene in a given style. */
export function drawSceneSpec(random: Stream, pool: Pool, draw: SceneDraw): SceneSpec {
  const { style, recoloured = 0, avoidCluster, avoidScene } = draw;
  const concept = pickConcept(random, pool, style.family, avoidCluster);
  const colourful = !familyOf(style.family).grey;
  const colourway = random.bool(recoloured) && colourful ? 60 * random.int(1, 5) : 0;
  const name = random.pick(SCENE_NAMES.filter((scene) => scene !== avoidScene));
  return {
    kind: "scene",
    concept,
    style,
    place: { name, layoutSeed: drawSeed(random), colourSeed: drawSeed(random) },
    layout: drawLayout(random),
    colourway,
    grain: drawSeed(random),
  };
}

/** A portrait; identity and view are drawn too unless given. */
export function drawPortraitSpec(
  random: Stream,
  pool: Pool,
  options: { identity?: number; view?: number; treatedShare?: number; zoomed?: boolean } = {},
): PortraitSpec {
  const [first, end] = pool.identities;
  const { identity = random.int(first, end - 1), view = random.int(0, VIEW_COUNT - 1) } = options;
  const treatments = STYLES.filter((style) => style.family === "flat" && allows(pool, style));
  const treated = random.bool(options.treatedShare ?? 0);
  const style = treated && treatments.length > 0 ? random.pick(treatments) : findStyle("flat", "none")!;
  const { treatment, hue, strength } = sampleStyle(style, drawSeed(random));
  return {
    kind: "portrait",
    ...personView(identity, view),
    viewIndex: view,
    background: random.pick(Object.keys(BACKGROUNDS) as Background[]),
    zoomed: options.zoomed ?? false,
    treatment: { treatment, hue, strength },
    grain: drawSeed(random),
  };
}
