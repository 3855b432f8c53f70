/**
 * Who may be shown to whom. Three pools, as CLIP and Stable Diffusion had seen everything and the adapters less:
 *
 * | split | concepts           | treated styles                        | identities |
 * | pre   | all                | all                                   | 0 .. 319   |
 * | train | train clusters     | not held out                          | 0 .. 319   |
 * | val   | the other clusters | even items: held out; odd items: seen | 320 .. 419 |
 *
 * The untreated families are manners of drawing every pool knows; odd validation items are the "seen style, new
 * concept" half. The 5 % probe drawings (concepts.ts) are in no pool.
 */
import type { Stream } from "../engine/mod.ts";
import { type Concept, CONCEPTS, isProbeCell } from "./concepts.ts";
import { FAMILIES, type Family, familyOf } from "./families/mod.ts";
import { FIRST_VAL_IDENTITY, IDENTITY_COUNT } from "./portraits.ts";
import { type Style, STYLES } from "./styles.ts";

/** The pools. */
export const SPLITS = ["train", "val", "pre"] as const;
/** Name of a pool. */
export type Split = (typeof SPLITS)[number];

/** What an item may be drawn from. */
export interface Pool {
  /** Its name. */
  readonly split: Split;
  /** Things it may show. */
  readonly concepts: readonly Concept[];
  /** Styles with a treatment. */
  readonly treated: readonly Style[];
  /** Identities from the first to before the last. */
  readonly identities: readonly [first: number, end: number];
}

const TREATED = STYLES.filter(({ treatment }) => treatment !== "none");
const seen = TREATED.filter(({ heldOut }) => !heldOut);
const unseen = TREATED.filter(({ heldOut }) => heldOut);
const trainConcepts = CONCEPTS.filter(({ split }) => split === "train");
const valConcepts = CONCEPTS.filter(({ split }) => split === "val");

/** What item `index` of a split may draw from. */
export function poolOf(split: Split, index: number): Pool {
  switch (split) {
    case "pre":
      return { split, concepts: CONCEPTS, treated: TREATED, identities: [0, FIRST_VAL_IDENTITY] };
    case "train":
      return { split, concepts: trainConcepts, treated: seen, identities: [0, FIRST_VAL_IDENTITY] };
    case "val": {
      const treated = index % 2 === 0 ? unseen : seen;
      return { split, concepts: valConcepts, treated, identities: [FIRST_VAL_IDENTITY, IDENTITY_COUNT] };
    }
  }
}

/** True where a style may appear in the pool. */
export function allows(pool: Pool, style: Style): boolean {
  return style.treatment === "none" || pool.treated.includes(style);
}

/** A concept whose drawing in `family` is not a probe; `avoid` names clusters to leave out. */
export function pickConcept(random: Stream, pool: Pool, family: Family, avoid?: string): Concept {
  for (;;) {
    const concept = random.pick(pool.concepts);
    if (concept.cluster !== avoid && !isProbeCell(concept, family)) return concept;
  }
}

/** Sum of the families' shares. */
const SHARES = FAMILIES.reduce((sum, family) => sum + familyOf(family).share, 0);

/** A plain family, by its share. */
export function pickFamily(random: Stream): Family {
  let rest = random.float() * SHARES;
  for (const family of FAMILIES) {
    rest -= familyOf(family).share;
    if (rest < 0) return family;
  }
  return FAMILIES[0]!;
}
