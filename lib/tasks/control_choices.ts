/** What a judge that sees pictures and reads texts is given to choose from, to tell what of a control condition a picture has. */
import { fold, key, stream } from "../engine/mod.ts";
import type { Rgb } from "./canvas.ts";
import { CONCEPTS, withArticle } from "./concepts.ts";
import { type Bank, treatmentOf } from "./pair.ts";
import { poolOf } from "./pools.ts";
import { drawPortrait, personView } from "./portrait_image.ts";
import { persons, VIEW_COUNT } from "./portraits.ts";
import type { ControlItem } from "./shared_items.ts";
import { type Treatment, TREATMENTS, treatmentWords } from "./styles.ts";

/** Texts of which one is the condition's. */
export interface NamedChoice {
  /** What there is to choose from. */
  readonly texts: readonly string[];
  /** Place of the condition's own. */
  readonly own: number;
}

const TREATED: readonly Treatment[] = TREATMENTS.filter((treatment) => treatment !== "none");
/** Persons to tell from the condition's. */
const OTHERS = 9;

/** "a picture, watercolor" and so on, one for each treatment; undefined for a condition that has none. */
export function lookChoice({ truth, kind }: ControlItem): NamedChoice | undefined {
  const own = TREATED.indexOf(treatmentOf(truth));
  if (own < 0) return undefined;
  const shown = kind === "scene" ? "a picture" : "a person";
  return { texts: TREATED.map((treatment) => `${shown}, ${treatmentWords(treatment)}`), own };
}

/** The names of all things; undefined for a portrait. */
export function thingChoice({ truth }: ControlItem): NamedChoice | undefined {
  if (truth.kind !== "scene") return undefined;
  return {
    texts: CONCEPTS.map(withArticle),
    own: CONCEPTS.findIndex(({ word }) => word === truth.concept.word),
  };
}

/**
 * Pictures of ten held-out persons of one family, the condition's first, then the asked one; all in a view that neither condition nor prompt has, in
 * the asked layout, before the asked background, untreated. Undefined for a scene.
 */
export function personChoice(bank: Bank, { truth, asked, index }: ControlItem): readonly Rgb[] | undefined {
  if (truth.kind !== "portrait" || asked.kind !== "portrait") return undefined;
  const [first, end] = poolOf("val", index).identities;
  const shown = [truth.identity, asked.identity];
  const rest = persons().slice(first, end).map(({ identity }) => identity).filter((identity) =>
    identity.family === truth.identity.family && shown.every(({ id }) => id !== identity.id)
  );
  const others = stream(fold(key("person choice"), index)).shuffle(rest).slice(0, OTHERS - 1);
  const used = [truth.viewIndex, asked.viewIndex];
  const viewIndex = Array.from({ length: VIEW_COUNT }, (_, view) => view).find((view) =>
    !used.includes(view)
  )!;
  return [...shown, ...others].map(({ id }) =>
    drawPortrait(bank.portraits, {
      ...asked,
      ...personView(id, viewIndex),
      viewIndex,
      treatment: { ...asked.treatment, treatment: "none" },
    })
  );
}
