/** The adapter: projection of the condition image (Fig. 3), injection into the U-Net (Fig. 2), and its file. */
export {
  adapterParams,
  adapterShapes,
  type AdapterTarget,
  detectProjection,
  loadAdapter,
  type ProjectionConfig,
  projectionShapes,
  readAdapter,
  writeAdapter,
} from "./checkpoint.ts";
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
export { initResampler, resampler, type ResamplerConfig, resamplerShapes } from "./resampler.ts";
