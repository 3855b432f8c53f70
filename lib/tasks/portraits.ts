/**
 * Who exists: 420 drawn persons; identities 320 to 419 belong to validation alone. All persons of a portrait family have the same ten views, so that
 * what a prompt says of a view can be had of any of them.
 */
import { createAvatar } from "@dicebear/core";
import { fold, key, type Stream, stream } from "../engine/mod.ts";
import {
  CLOTHES_COLOURS,
  type ClothesColour,
  type Expression,
  EXPRESSIONS,
  HAIR_COLOURS,
  type HairColour,
  type Look,
  PORTRAIT_FAMILIES,
  type PortraitFamily,
  SKIN_COLOURS,
  type SkinColour,
} from "./portrait_styles.ts";

/** How many persons there are. */
export const IDENTITY_COUNT = 420;
/** First identity of the validation pool. */
export const FIRST_VAL_IDENTITY = 320;
/** Views of each. */
export const VIEW_COUNT = 10;

/** A person. */
export interface Identity extends Look {
  /** Number from 0. */
  readonly id: number;
  /** Portrait family that draws the person. */
  readonly family: string;
}

/** One picture of a person: everything that is not identity. */
export interface View {
  /** Word of the expression. */
  readonly expression: Expression;
  /** Caption word: shirt, sweater, jacket, hoodie, dress, overalls. */
  readonly clothes: string;
  /** Word of the colour. */
  readonly clothesColour: ClothesColour;
}

interface Person {
  readonly identity: Identity;
  readonly views: readonly View[];
}

let everybody: readonly Person[] | undefined;

/** All persons in order; the same list in every process. */
export function persons(): readonly Person[] {
  everybody ??= invent();
  return everybody;
}

function invent(): Person[] {
  const seen = new Set<string>();
  return Array.from({ length: IDENTITY_COUNT }, (_, id) => {
    const family = PORTRAIT_FAMILIES[id % PORTRAIT_FAMILIES.length]!;
    for (let attempt = 0;; attempt++) {
      const random = stream(fold(key("identity"), id, attempt));
      const look = drawLook(family, random);
      const name = JSON.stringify([family.name, look]);
      if (seen.has(name)) continue;
      seen.add(name);
      return { identity: { id, family: family.name, ...look }, views: viewsOf(family) };
    }
  });
}

function drawLook(family: PortraitFamily, random: Stream): Look {
  return {
    hair: random.pick(family.hair),
    hairColour: random.pick(Object.keys(HAIR_COLOURS) as HairColour[]),
    skin: random.pick(Object.keys(SKIN_COLOURS) as SkinColour[]),
    nose: random.pick(family.nose),
    beard: random.bool(0.25) ? random.pick(family.beard) : "",
    glasses: family.glasses.length > 0 && random.bool(0.25) ? random.pick(family.glasses) : "",
  };
}

const views = new Map<string, readonly View[]>();

/** The views of a family's persons: every expression, clothes and their colours as mixed as ten allow. */
function viewsOf(family: PortraitFamily): readonly View[] {
  const known = views.get(family.name);
  if (known) return known;
  const random = stream(fold(key("views"), family.name));
  const cycle = <T>(values: readonly T[]): T[] => {
    const mixed = random.shuffle([...values]);
    return Array.from({ length: VIEW_COUNT }, (_, i) => mixed[i % mixed.length] as T);
  };
  const expressions = cycle(EXPRESSIONS.filter((expression) => family.expressions[expression]));
  const clothes = cycle(Object.keys(family.clothes));
  const colours = cycle(Object.keys(CLOTHES_COLOURS) as ClothesColour[]);
  const made = expressions.map((expression, i) => ({
    expression,
    clothes: clothes[i]!,
    clothesColour: colours[i]!,
  }));
  views.set(family.name, made);
  return made;
}

/** The SVG of one view. */
export function portraitDocument(identity: Identity, view: View): string {
  const family = PORTRAIT_FAMILIES.find(({ name }) => name === identity.family)!;
  const random = stream(fold(key("portrait"), identity.id, view.expression, view.clothes));
  const expression = random.pick(family.expressions[view.expression]!);
  const clothes = random.pick(family.clothes[view.clothes]!);
  const body = family.options(identity, { clothes, colour: CLOTHES_COLOURS[view.clothesColour] });
  const chosen: Record<string, unknown> = { seed: "fixed" };
  // Glasses that belong to a person win over an expression's eyes, so identity options come last.
  for (const [name, value] of Object.entries({ ...expression, ...body })) {
    chosen[name] = typeof value === "string" ? [value] : value;
  }
  return createAvatar(family.art, chosen).toString();
}
