/** What captions say, and every word they can hold. */
import { captionWords } from "../clip/caption_tokenizer.ts";
import { CONCEPTS, withArticle } from "./concepts.ts";
import { BACKGROUNDS, type PortraitSpec } from "./portrait_image.ts";
import { CLOTHES_COLOURS, EXPRESSIONS, HAIR_COLOURS, PORTRAIT_FAMILIES } from "./portrait_styles.ts";
import type { SceneSpec } from "./scene_image.ts";
import { SCENES } from "./scenes.ts";
import { STYLES, styleWords, type Treatment, treatmentWords } from "./styles.ts";

/** How much a caption tells. */
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

/** Treatments after which a picture no longer shows the colours its parts were drawn in. */
const COLOURLESS = new Set<Treatment>([
  "sepia",
  "cyanotype",
  "ember",
  "matcha",
  "neon",
  "pencil",
  "negative",
]);

/**
 * "a smiling person with black hair in a red shirt, blue background, toon portrait"; colours are left out where the
 * treatment took them away.
 */
export function portraitCaption(spec: PortraitSpec, options: CaptionOptions = {}): string {
  const { identity, view } = spec;
  const coloured = !COLOURLESS.has(spec.treatment.treatment);
  const bald = BALD.has(identity.hair);
  const words = [view.expression, ...(options.looks && bald ? ["bald"] : []), "person"];
  if (options.looks && !bald && coloured) words.push("with", identity.hairColour, "hair");
  const dress = coloured ? `${view.clothesColour} ${view.clothes}` : view.clothes;
  words.push("in", view.clothes === "overalls" ? dress : withIndefinite(dress));
  const parts = [withIndefinite(words.join(" "))];
  if (coloured) parts.push(`${spec.background} background`);
  if (options.style) {
    parts.push(treatmentWords(spec.treatment.treatment));
    parts.push(PORTRAIT_FAMILIES.find(({ name }) => name === identity.family)!.phrase);
  }
  return parts.filter(Boolean).join(", ");
}

function withIndefinite(phrase: string): string {
  return `${/^[aeiou]/.test(phrase) ? "an" : "a"} ${phrase}`;
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
