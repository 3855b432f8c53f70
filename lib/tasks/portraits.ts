/** Who exists: 600 drawn persons, each in six views; identities 510 to 599 belong to validation alone. */
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

export const IDENTITY_COUNT = 600;
/** First identity of the validation pool. */
export const FIRST_VAL_IDENTITY = 510;
export const VIEW_COUNT = 6;

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
  /** Mirrored left and right. */
  readonly flip: boolean;
  /** Degrees, -8 to 8. */
  readonly rotation: number;
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
      return { identity: { id, family: family.name, ...look }, views: drawViews(family, random) };
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

function drawViews(family: PortraitFamily, random: Stream): View[] {
  const possible = EXPRESSIONS.filter((expression) => family.expressions[expression]);
  const expressions = random.shuffle(
    [...random.shuffle(possible), random.pick(possible)].slice(0, VIEW_COUNT),
  );
  while (expressions.length < VIEW_COUNT) expressions.push(random.pick(possible));
  return expressions.map((expression) => ({
    expression,
    clothes: random.pick(Object.keys(family.clothes)),
    clothesColour: random.pick(Object.keys(CLOTHES_COLOURS) as ClothesColour[]),
    flip: random.bool(),
    rotation: random.int(-8, 8),
  }));
}

/** The SVG of one view. */
export function portraitDocument(identity: Identity, view: View): string {
  const family = PORTRAIT_FAMILIES.find(({ name }) => name === identity.family)!;
  const random = stream(fold(key("portrait"), identity.id, view.expression, view.clothes));
  const expression = random.pick(family.expressions[view.expression]!);
  const clothes = random.pick(family.clothes[view.clothes]!);
  const body = family.options(identity, { clothes, colour: CLOTHES_COLOURS[view.clothesColour] });
  const chosen: Record<string, unknown> = {
    seed: "fixed",
    flip: view.flip,
    rotate: (view.rotation + 360) % 360,
  };
  // Glasses that belong to a person win over an expression's eyes, so identity options come last.
  for (const [name, value] of Object.entries({ ...expression, ...body })) {
    chosen[name] = typeof value === "string" ? [value] : value;
  }
  return createAvatar(family.art, chosen).toString();
}
