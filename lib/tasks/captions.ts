/** What captions say, and every word they can hold. */
import { captionWords } from "../clip/caption_tokenizer.ts";
import { CONCEPTS, withArticle } from "./concepts.ts";
import { BACKGROUNDS, type PortraitSpec } from "./portrait_image.ts";
import { CLOTHES_COLOURS, EXPRESSIONS, HAIR_COLOURS, PORTRAIT_FAMILIES } from "./portrait_styles.ts";
import type { SceneSpec } from "./scene_image.ts";
import { SCENES } from "./scenes.ts";
import { STYLES, styleWords, treatmentWords } from "./styles.ts";

export interface CaptionOptions {
  /** Say how it is drawn. */
  readonly style?: boolean;
  /** Say where the object stands or how large it is, if that is unusual. */
  readonly position?: boolean;
  /** Say the hair of a person (it belongs to the identity). */
  readonly looks?: boolean;
}

/** "a fox in the snow, watercolor, glossy 3d render". */
export function sceneCaption(spec: SceneSpec, options: CaptionOptions = {}): string {
  const { concept, layout } = spec;
  let thing = withArticle(concept);
  if (options.position) {
    if (layout.size > 0.78) {
      thing = [concept.article === "" ? "" : "a", "big", concept.word].filter(Boolean).join(" ");
    } else if (layout.x < 0.4) thing += " on the left";
    else if (layout.x > 0.6) thing += " on the right";
  }
  const caption = `${thing} ${SCENES[spec.place.name]}`;
  return options.style ? `${caption}, ${styleWords(spec.style)}` : caption;
}

const BALD = new Set(["", "bald", "balding", "mrClean", "noHair1"]);

/** "a smiling person with black hair in a red shirt, blue background, toon portrait". */
export function portraitCaption(spec: PortraitSpec, options: CaptionOptions = {}): string {
  const { identity, view } = spec;
  const words: string[] = [/^[aeiou]/.test(view.expression) ? "an" : "a", view.expression];
  const bald = BALD.has(identity.hair);
  if (options.looks && bald) words.push("bald");
  words.push("person");
  if (options.looks && !bald) words.push("with", identity.hairColour, "hair");
  words.push("in", ...(view.clothes === "overalls" ? [] : [view.clothesColour === "orange" ? "an" : "a"]));
  words.push(view.clothesColour, view.clothes);
  const parts = [words.join(" "), `${spec.background} background`];
  if (options.style) {
    parts.push(treatmentWords(spec.treatment.treatment));
    parts.push(PORTRAIT_FAMILIES.find(({ name }) => name === identity.family)!.phrase);
  }
  return parts.filter(Boolean).join(", ");
}

/** Every word and mark a caption, prompt or object name of this data set can hold, as the caption tokenizer splits them, sorted. */
export function captionVocabulary(): string[] {
  const phrases = [
    ...CONCEPTS.map(withArticle),
    ...Object.values(SCENES),
    ...STYLES.map(styleWords),
    ...EXPRESSIONS,
    ...Object.keys(HAIR_COLOURS),
    ...Object.keys(CLOTHES_COLOURS),
    ...Object.keys(BACKGROUNDS),
    ...PORTRAIT_FAMILIES.flatMap(({ phrase, clothes }) => [phrase, ...Object.keys(clothes)]),
    "a big bald person with hair in an orange background, on the left on the right",
  ];
  return [...new Set(phrases.flatMap(captionWords))].sort();
}
