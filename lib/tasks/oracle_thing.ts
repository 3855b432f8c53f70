/**
 * Which thing is it? The condition's own drawing (family and colours) and others are looked for in a picture, at several places and sizes and in the
 * looks that it may have; the one whose pixels differ least is what the picture shows. The paper has no such score.
 */
import { fold, key, stream } from "../engine/mod.ts";
import { type Rgb, SIZE } from "./canvas.ts";
import { type Concept, CONCEPTS, isProbeCell } from "./concepts.ts";
import type { Bank } from "./pair.ts";
import { drawScene, type SceneSpec } from "./scene_image.ts";
import { findStyle, type StyleSample } from "./styles.ts";

const SIZES = [0.58, 0.7, 0.86];
const SHIFTS = [-12, -8, -4, 0, 4, 8, 12];
/** Every third pixel of a drawing, in both directions, is compared. */
const STRIDE = 3;
/** Things beside the condition's and the asked one. */
const OTHERS = 6;
/** Share of a drawing that must lie in the picture. */
const INSIDE = 0.7;

/** A drawing in the middle of a picture, at one size and in one look: x, y and three colours of each compared pixel. */
type Template = Int16Array;

/** Drawings to choose from: the condition's first, then those of other things. */
export type ThingTemplates = readonly (readonly Template[])[];

/** The spec's look, the asked one and none, in the spec's family, where the two are readable together; each once. */
function looksOf(spec: SceneSpec, asked: SceneSpec): StyleSample[] {
  const { family } = spec.style;
  return [spec.style, asked.style, { ...spec.style, treatment: "none" as const }].flatMap((style) => {
    const found = findStyle(family, style.treatment);
    return found ? [{ ...style, ...found }] : [];
  }).filter((style, i, all) => all.findIndex(({ treatment }) => treatment === style.treatment) === i);
}

function templateOf(bank: Bank, spec: SceneSpec, size: number): Template {
  const { image, mask } = drawScene(bank.sprites, {
    ...spec,
    layout: { ...spec.layout, x: 0.5, y: 0.5, size },
  });
  const points: number[] = [];
  for (let y = 0; y < SIZE; y += STRIDE) {
    for (let x = 0; x < SIZE; x += STRIDE) {
      const p = y * SIZE + x;
      if (mask[p]! > 200) points.push(x, y, image[p * 3]!, image[p * 3 + 1]!, image[p * 3 + 2]!);
    }
  }
  return Int16Array.from(points);
}

/**
 * Drawings of the condition's thing, of the thing that the prompt asks for, and of six more of the same pool, in the condition's family (the asked
 * one in its own, too) and in the looks of both and in none.
 */
export function thingTemplates(
  bank: Bank,
  { source, asked }: { readonly source: SceneSpec; readonly asked: SceneSpec },
): ThingTemplates {
  const random = stream(fold(key("thing oracle"), source.concept.word, asked.concept.word));
  const drawn = ({ word }: Concept) => word === source.concept.word || word === asked.concept.word;
  const others = random.shuffle(
    CONCEPTS.filter((concept) =>
      concept.split === source.concept.split && !drawn(concept) && !isProbeCell(concept, source.style.family)
    ),
  ).slice(0, OTHERS);
  const plain = { ...source, colourway: 0 };
  const candidates: SceneSpec[][] = [
    [source],
    [{ ...plain, concept: asked.concept }, { ...asked, place: source.place }],
    ...others.map((concept) => [{ ...plain, concept }]),
  ];
  return candidates.map((specs) =>
    specs.flatMap((spec) =>
      looksOf(spec, asked).flatMap((style) => SIZES.map((size) => templateOf(bank, { ...spec, style }, size)))
    )
  );
}

/** Mean colour difference, 0 to 255, of the picture and a template at the best of all places. */
function distance(image: Rgb, points: Template): number {
  const count = points.length / 5;
  let best = Infinity;
  for (const dy of SHIFTS) {
    for (const dx of SHIFTS) {
      let sum = 0, inside = 0;
      for (let i = 0; i < points.length; i += 5) {
        const x = points[i]! + dx, y = points[i + 1]! + dy;
        if (x < 0 || y < 0 || x >= SIZE || y >= SIZE) continue;
        const p = (y * SIZE + x) * 3;
        sum += Math.abs(image[p]! - points[i + 2]!) + Math.abs(image[p + 1]! - points[i + 3]!) +
          Math.abs(image[p + 2]! - points[i + 4]!);
        inside++;
      }
      if (inside >= count * INSIDE && inside > 0) best = Math.min(best, sum / (3 * inside));
    }
  }
  return best;
}

/** Whether the condition's own drawing is the nearest to the picture. */
export function showsThing(templates: ThingTemplates, image: Rgb): boolean {
  const [own = Infinity, ...others] = templates.map((each) =>
    Math.min(...each.map((template) => distance(image, template)))
  );
  return others.every((other) => own < other);
}
