/** The adapter: projection of the condition image (Fig. 3), injection into the U-Net (Fig. 2), and its file. */
export {
  type AnyInstructConfig,
  initInstructResampler,
  instructAdditionShapes,
  instructFromPlus,
  type InstructInputs,
  instructResampler,
  type InstructResamplerConfig,
  instructResamplerShapes,
  plusConfig,
  type ReleasedInstructResamplerConfig,
} from "./instruct_resampler.ts";
export { initResampler, resampler, type ResamplerConfig, resamplerShapes } from "./resampler.ts";
