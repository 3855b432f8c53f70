/** The mini data set: five tasks composed on demand from artwork in npm packages (paper, Sec. 3.4). */
export { fromModelImage, type Rgb, SIZE, toModelImage } from "./canvas.ts";
export { captionVocabulary, sceneCaption } from "./captions.ts";
export {
  composePair,
  composePretrain,
  type Pair,
  type PretrainItem,
  SOURCES,
  type Sources,
} from "./compose.ts";
export { conditionOf, type ControlItem, controlItem } from "./shared_items.ts";
export { type Aspect, ASPECTS, type TaskAspects } from "./aspects.ts";
export { CONTROL_ORACLES, type ControlOracle } from "./control_oracles.ts";
export { lookChoice, type NamedChoice, personChoice, thingChoice } from "./control_choices.ts";
export type { PortraitWish, SceneWish, Wish, Word } from "./wishes.ts";
export { type Concept, CONCEPTS, withArticle } from "./concepts.ts";
export { DRAWING_FAMILIES, FAMILIES, type Family } from "./families/mod.ts";
export { edgeF1, edgePicture } from "./edges.ts";
export type { CacheEvent, CacheOptions } from "./pack_cache.ts";
export {
  type Bank,
  type CropTruth,
  type Draft,
  type ImageTruth,
  type Item,
  kindOf,
  loadBank,
  type SceneTruth,
  treatmentOf,
} from "./pair.ts";
export { byTask, TASK_LIST, TASK_RECORDS, type TaskId, taskOf, TASKS } from "./registry.ts";
export type {
  PairBuild,
  PairRecipe,
  PaperDataset,
  Slots,
  SolidMark,
  Takes,
  Task,
  TaskGrammar,
  TaskLeak,
  TaskLook,
  TaskOracle,
  TaskWords,
} from "./task.ts";
export { type PairField, TRAINING_SIDE } from "./pair_fields.ts";
export { TASK_LOOKS } from "./task_looks.ts";
export { oracleScores } from "./oracle_scores.ts";
export { colourLikeness } from "./colour_likeness.ts";
export { poolOf, type Split, SPLITS } from "./pools.ts";
export type { PortraitLayout, PortraitSpec } from "./portrait_image.ts";
export { drawScene, type SceneSpec } from "./scene_image.ts";
export { type Style, STYLES, type Treatment, TREATMENTS } from "./styles.ts";

export {
  buildStyleOracle,
  classifyStyle,
  type StyleGallery,
  type StyleOracle,
  styleOracleOf,
} from "./oracle_style.ts";
export type { Colour } from "./canvas.ts";
export type { CaptionOptions } from "./captions.ts";
export type { Pool } from "./pools.ts";
export type { PortraitBank } from "./portrait_bank.ts";
export { type Background, BACKGROUNDS, drawPortrait } from "./portrait_image.ts";
export { drawPortraitSpec } from "./draw_spec.ts";
export {
  CLOTHES_COLOURS,
  type ClothesColour,
  type Expression,
  EXPRESSIONS,
  HAIR_COLOURS,
  type HairColour,
  type Look,
  SKIN_COLOURS,
  type SkinColour,
} from "./portrait_styles.ts";
export { FIRST_VAL_IDENTITY, type Identity, IDENTITY_COUNT, type View, VIEW_COUNT } from "./portraits.ts";
export type { DrawnScene, Layout } from "./scene_image.ts";
export { type Place, type PlaceFrame, type PlaceName, PLACES } from "./places.ts";
export type { SpriteBank } from "./sprite_bank.ts";
export type { StyleSample } from "./styles.ts";
