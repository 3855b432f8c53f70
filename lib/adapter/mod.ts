/** The adapter: projection of the condition image (Fig. 3), injection into the U-Net (Fig. 2), and its file. */
export {
  adapterInPlace,
  adapterParams,
  adapterShapes,
  type AdapterTarget,
  checkAdapterFile,
  detectAdapter,
  detectProjection,
  encoderWidth,
  loadAdapter,
  loadAdapterFile,
  type ProjectionConfig,
  projectionShapes,
  type PublishedProjection,
  readAdapter,
  writeAdapter,
} from "./checkpoint.ts";
export { instantStyle } from "./instant_style.ts";
export { imageContext, imageContextShapes, initImageContext } from "./image_context.ts";
export {
  type AnyInstructConfig,
  initInstructResampler,
  instructAdditionShapes,
  instructFromPlus,
  type InstructInputs,
  instructResampler,
  type InstructResamplerConfig,
  instructResamplerShapes,
  type InstructSizes,
  plusConfig,
  type ReleasedInstructResamplerConfig,
} from "./instruct_resampler.ts";
export { type AdapterParts, releasedLayout } from "./released_layout.ts";
export { initResampler, resampler, type ResamplerConfig, resamplerShapes } from "./resampler.ts";
export { SD15_RESAMPLER } from "./sd15_resampler.ts";
export type { ImageProjectionConfig } from "./image_projection.ts";
export { projectImage, type ProjectionInputs } from "./project_image.ts";
