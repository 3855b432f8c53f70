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
export { resizeBicubic, type RgbImage } from "./resize.ts";
