/** What captions say, and every word they can hold. */
import { captionVocabulary as wordsOf } from "../clip/caption_tokenizer.ts";
import { CONCEPTS, withArticle } from "./concepts.ts";
import { BACKGROUNDS, type PortraitSpec } from "./portrait_image.ts";
import { CLOTHES_COLOURS, EXPRESSIONS, HAIR_COLOURS, PORTRAIT_FAMILIES } from "./portrait_styles.ts";
import type { Identity } from "./portraits.ts";
import type { SceneSpec } from "./scene_image.ts";
import { type PlaceName, PLACES } from "./places.ts";
import { slotOf } from "./draw_spec.ts";
import { type Style, STYLES, styleWords, type Treatment, treatmentWords } from "./styles.ts";

/** How much a caption tells. */
export interface CaptionOptions {
  /** Say how it is drawn. */
  readonly style?: boolean;
  /** Say where the thing stands or that it is large. */
  readonly position?: boolean;
  /** Say the hair of a person (it belongs to the identity). */
  readonly looks?: boolean;
}

/** What a caption of a scene says; "a picture" where no thing is named. */
export interface SceneWords {
  readonly thing?: string | undefined;
  readonly place?: PlaceName | undefined;
  readonly look?: Style | undefined;
}

/** "a fox in the snow, watercolor, glossy 3d render"; "a picture on grass"; "a fox". */
export function sceneText({ thing = "a picture", place, look }: SceneWords): string {
  return [place ? `${thing} ${PLACES[place]}` : thing, ...(look ? [styleWords(look)] : [])].join(", ");
}

/** The caption of a scene. */
export function sceneCaption(spec: SceneSpec, options: CaptionOptions = {}): string {
  const { concept, layout } = spec;
  let thing = withArticle(concept);
  if (options.position) {
    const slot = slotOf(layout);
    if (slot === "big") {
      thing = [concept.article === "" ? "" : "a", "big", concept.word].filter(Boolean).join(" ");
    } else if (slot !== "middle") thing += ` on the ${slot}`;
  }
  return sceneText({ thing, place: spec.place.name, ...(options.style ? { look: spec.style } : {}) });
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

/** What a caption of a portrait says. */
export interface PortraitWords {
  readonly expression?: string | undefined;
  /** Whose hair. */
  readonly hair?: Pick<Identity, "hair" | "hairColour"> | undefined;
  readonly clothes?: string | undefined;
  readonly clothesColour?: string | undefined;
  readonly background?: string | undefined;
  readonly look?: { readonly treatment: Treatment; readonly family: string } | undefined;
}

/** "a smiling person with black hair in a red shirt, blue background, toon portrait", as far as it is said. */
export function portraitText(
  { expression, hair, clothes, clothesColour, background, look }: PortraitWords,
): string {
  const bald = hair && BALD.has(hair.hair);
  const words = [...(expression ? [expression] : []), ...(bald ? ["bald"] : []), "person"];
  if (hair && !bald) words.push("with", hair.hairColour, "hair");
  if (clothes) {
    const dress = clothesColour ? `${clothesColour} ${clothes}` : clothes;
    words.push("in", clothes === "overalls" ? dress : withIndefinite(dress));
  }
  const parts = [withIndefinite(words.join(" "))];
  if (background) parts.push(`${background} background`);
  if (look) {
    parts.push(treatmentWords(look.treatment));
    parts.push(PORTRAIT_FAMILIES.find(({ name }) => name === look.family)!.phrase);
  }
  return parts.filter(Boolean).join(", ");
}

/** The caption of a portrait; colours are left out where the treatment took them away. */
export function portraitCaption(spec: PortraitSpec, options: CaptionOptions = {}): string {
  const { identity, view, background, treatment: { treatment } } = spec;
  const coloured = !COLOURLESS.has(treatment);
  const bald = BALD.has(identity.hair);
  return portraitText({
    expression: view.expression,
    ...(options.looks && (bald || coloured) ? { hair: identity } : {}),
    clothes: view.clothes,
    ...(coloured ? { clothesColour: view.clothesColour, background } : {}),
    ...(options.style ? { look: { treatment, family: identity.family } } : {}),
  });
}

function withIndefinite(phrase: string): string {
  return `${/^[aeiou]/.test(phrase) ? "an" : "a"} ${phrase}`;
}

/** Every word and mark a caption, prompt or object name of this data set can hold, as the caption tokenizer splits them, sorted. */
export function captionVocabulary(): string[] {
  const phrases = [
    ...CONCEPTS.map(withArticle),
    ...Object.values(PLACES),
    ...STYLES.map(styleWords),
    ...EXPRESSIONS,
    ...Object.keys(HAIR_COLOURS),
    ...Object.keys(CLOTHES_COLOURS),
    ...Object.keys(BACKGROUNDS),
    ...PORTRAIT_FAMILIES.flatMap(({ phrase, clothes }) => [phrase, ...Object.keys(clothes)]),
    "a big bald person with hair in an orange background, on the left on the right, a picture",
  ];
  return wordsOf(phrases);
}
