/**
 * What a style is here: a drawing family, a treatment of the finished picture, and numbers no word carries (hue of a
 * duotone, strength), so that a condition image says more about its style than its name would.
 */
import { fold, key, stream } from "../engine/mod.ts";
import { FAMILIES, type Family, familyOf } from "./families/mod.ts";

/** What may be done to a finished picture. */
export const TREATMENTS = [
  "none",
  "sepia",
  "cyanotype",
  "ember",
  "matcha",
  "neon",
  "pencil",
  "pixel",
  "pastel",
  "watercolor",
  "negative",
] as const;
/** Name of a treatment. */
export type Treatment = (typeof TREATMENTS)[number];

/** A family and a treatment that stay readable together; `heldOut` styles are never shown to an adapter in training. */
export interface Style {
  /** "family/treatment". */
  readonly id: string;
  /** Who drew it. */
  readonly family: Family;
  /** What was done to it. */
  readonly treatment: Treatment;
  /** True when adapters never see it in training. */
  readonly heldOut: boolean;
}

/** One instance of a style. */
export interface StyleSample extends Style {
  /** Turns the hue of a duotone or of neon light, in degrees, -20 to 20. */
  readonly hue: number;
  /** How strongly the treatment acts, 0.75 to 1. */
  readonly strength: number;
}

const TREATED: Record<Treatment, string> = {
  none: "",
  sepia: "sepia",
  cyanotype: "cyanotype",
  ember: "ember tones",
  matcha: "matcha tones",
  neon: "neon",
  pencil: "pencil sketch",
  pixel: "pixel art",
  pastel: "pastel",
  watercolor: "watercolor",
  negative: "negative",
};

/** Every family and every treatment is still seen in training, in other company. */
const HELD_OUT = new Set([
  "3d/sepia",
  "3d/pixel",
  "flat/neon",
  "flat/watercolor",
  "cartoon/cyanotype",
  "cartoon/pencil",
  "sticker/ember",
  "sticker/negative",
  "comic/matcha",
  "comic/pastel",
]);

/** The 53 readable styles; 10 of them held out. */
export const STYLES: readonly Style[] = FAMILIES.flatMap((family) =>
  TREATMENTS.filter((treatment) => !familyOf(family).unreadable.includes(treatment)).map((treatment) => {
    const id = `${family}/${treatment}`;
    return { id, family, treatment, heldOut: HELD_OUT.has(id) };
  })
);

const byId = new Map(STYLES.map((style) => [style.id, style]));

/** The style of a family and treatment, or undefined where the two are unreadable together. */
export function findStyle(family: Family, treatment: Treatment): Style | undefined {
  return byId.get(`${family}/${treatment}`);
}

/** "watercolor, glossy 3d render". */
export function styleWords(style: Style): string {
  const treated = TREATED[style.treatment];
  const { phrase } = familyOf(style.family);
  return treated === "" ? phrase : `${treated}, ${phrase}`;
}

/** "watercolor", or "" where there is none. */
export function treatmentWords(treatment: Treatment): string {
  return TREATED[treatment];
}

/** Fixes the wordless numbers of a style from a seed. */
export function sampleStyle(style: Style, seed: number): StyleSample {
  const random = stream(fold(key("style sample"), seed));
  return { ...style, hue: Math.round(random.float() * 40 - 20), strength: 0.75 + 0.25 * random.float() };
}
