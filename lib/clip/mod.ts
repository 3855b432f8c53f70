/** The encoders of text and images. */
export {
  initTextTower,
  type TextFeatures,
  textTower,
  type TextTowerConfig,
  textTowerShapes,
} from "./text_tower.ts";
export type { TowerConfig } from "./tower_layers.ts";
export {
  initVisionTower,
  type VisionFeatures,
  visionTokens,
  visionTower,
  type VisionTowerConfig,
  visionTowerShapes,
} from "./vision_tower.ts";
export {
  centreCrop,
  CLIP_PROCESSOR,
  type ImageProcessorConfig,
  preprocessImage,
  resizeShortestSide,
} from "./preprocess.ts";
export type { RgbImage } from "./resize.ts";
export { type CaptionTokenizer, createCaptionTokenizer } from "./caption_tokenizer.ts";
export {
  type ClipTokenizer,
  clipTokenizerFromJson,
  clipTokenizerFromVocabulary,
  type ClipTokenizerOptions,
} from "./clip_tokenizer.ts";
export { createPieceTokenizer, type PieceTokenizer, type PieceVocabulary } from "./sentence_pieces.ts";
export { SENTENCE_WIDTH, sentenceEncoder, type SentenceTokens } from "./sentence_encoder.ts";
export { loadSentenceEncoder, type SentenceEncoder } from "./sentence_encoder_package.ts";
export {
  createSentenceEmbedder,
  type EmbedOptions,
  embedSentences,
  type SentenceEmbedder,
} from "./sentence_embedder.ts";
export { contrastiveLoss, INITIAL_LOGIT_SCALE, namingLoss, unitRows } from "./contrastive.ts";
export { colourTerm, initTokenHeads, labelTerm, thingTerm, type TokenTerms } from "./token_terms.ts";
