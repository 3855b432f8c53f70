/**
 * Composition (paper, Sec. 3.4 "Structural Preservation"): same places, same caption, another look.
 * Departure: the paper's targets come from a scribble ControlNet; here the scene is drawn again (a) by another family
 * with nearly the same outlines, (b) in other colours, or (c) with another treatment, and kept if the edges agree.
 */
import type { Stream } from "../engine/mod.ts";
import { CLIP_I, CLIP_P } from "../metrics/mod.ts";
import { seriesLook } from "../plots/palette.ts";
import { sceneCaption } from "./captions.ts";
import { COMPOSITION_GRAMMAR } from "./composition_grammar.ts";
import { isProbeCell } from "./concepts.ts";
import { FAMILIES, type Family, familyOf } from "./families/mod.ts";
import { COLOURWAYS, drawSceneSpec, drawSeed, drawStyle } from "./draw_spec.ts";
import { edgeF1 } from "./edges.ts";
import { layoutKept, layoutOracleOf } from "./oracle_layout.ts";
import { type Bank, type Draft, drawVisible } from "./pair.ts";
import { conditionField, targetField, textField } from "./pair_fields.ts";
import { allows, type Pool } from "./pools.ts";
import type { SceneSpec } from "./scene_image.ts";
import { findStyle, sampleStyle, STYLES, type StyleSample } from "./styles.ts";
import type { Task } from "./task.ts";
import { askedPortrait, askedScene } from "./wishes.ts";

const TREATED = 0.3;
/** Pairs whose edges agree less are drawn again. */
export const EDGE_FLOOR = 0.65;

/** Composition. */
export const COMPOSITION: Task<"composition"> = {
  id: "composition",
  title: "Composition",
  display: { ...seriesLook(3), solid: { full: "▲", open: "△" } },
  words: {
    keyword: "composition",
    forms: /\b\w*compos(?!t)\w*/giu,
    named: ["the composition", "its composition", "how it is composed"],
    fixed: "Use the composition of the image",
    request:
      "Generate ways to describe taking the composition from an image of varying lengths, do not use the words style, object, face or everything",
    grammar: COMPOSITION_GRAMMAR,
    objectWord: null,
  },
  takes: {
    scene: (wish) => {
      const { source, told, sameThing, samePlace } = wish;
      const asked = askedScene(wish);
      return {
        ...asked,
        layout: source.layout,
        concept: told.thing === undefined && sameThing ? source.concept : asked.concept,
        place: told.place === undefined && samePlace
          ? { ...asked.place, name: source.place.name }
          : asked.place,
      };
    },
    portrait: (wish) => ({ ...askedPortrait(wish), layout: wish.source.layout }),
  },
  aspects: { takes: "layout", leaves: ["look", "thing", "person"] },
  paperLike,
  dataset: {
    pairs: null,
    source: "CommonCanvas: originals as conditions, targets drawn by a scribble ControlNet from their edges",
    fields: [
      conditionField("the original picture"),
      targetField("another picture of the same structure"),
      textField("prompt", "what the target shows"),
    ],
    build: { kind: "edges" },
  },
  scores: [CLIP_I, CLIP_P],
  oracle: {
    name: "layout kept",
    definition:
      "share of what makes a layout (slot and horizon, or side and zoom) in which edges place the image with the condition",
    score: (bank, { truth }, output) => layoutKept(layoutOracleOf(bank), output, truth.condition),
  },
  leak: { kind: "colours" },
};

function paperLike(bank: Bank, pool: Pool, random: Stream): Draft | undefined {
  const source = drawSceneSpec(random, pool, { style: drawStyle(random, pool, TREATED), recoloured: 0.2 });
  const goal = restyle(source, pool, random);
  if (!goal) return undefined;
  const condition = drawVisible(bank, source);
  const target = condition && drawVisible(bank, goal);
  if (!condition || !target || edgeF1(condition.image, target.image) < EDGE_FLOOR) return undefined;
  return {
    condition: condition.image,
    target: target.image,
    prompt: sceneCaption(goal),
    conditionCaption: sceneCaption(source),
    truth: { condition: condition.truth, target: target.truth },
  };
}

function restyle(source: SceneSpec, pool: Pool, random: Stream): SceneSpec | undefined {
  const { family } = source.style;
  const change = random.pick(["family", "colours", "treatment"] as const);
  if (change === "family") {
    const other = random.pick(siblingsOf(family));
    if (other === family || isProbeCell(source.concept, other)) return undefined;
    const wanted = findStyle(other, source.style.treatment);
    const style = wanted && allows(pool, wanted) ? wanted : findStyle(other, "none")!;
    const numbers: StyleSample = { ...source.style, ...style };
    return { ...source, style: numbers };
  }
  if (change === "colours") {
    const colourway = (source.colourway + random.pick(COLOURWAYS)) % 360;
    return { ...source, colourway, place: { ...source.place, colourSeed: drawSeed(random) } };
  }
  const choices = STYLES.filter((style) =>
    style.family === family && style.id !== source.style.id && allows(pool, style)
  );
  if (choices.length === 0) return undefined;
  return { ...source, style: sampleStyle(random.pick(choices), drawSeed(random)) };
}

/** Families with nearly the same outlines; the family alone where there are none. */
function siblingsOf(family: Family): readonly Family[] {
  const { siblings } = familyOf(family);
  return siblings ? siblings.map((name) => FAMILIES.find((each) => each === name)!) : [family];
}
