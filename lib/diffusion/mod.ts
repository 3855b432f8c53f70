/** Latent diffusion: the denoiser, the autoencoder, and what feeds them. */
export type { ImageContext } from "./image_attention.ts";
export {
  initUnet,
  unet,
  type UnetInputs,
  type UnetResiduals,
  unetShapes,
  type UnetStates,
  unetStates,
} from "./unet.ts";
export { SD15_UNET } from "./sd15_unet.ts";
export {
  type ContractingConfig,
  contractingStages,
  type CrossAttentionLayer,
  crossAttentionLayers,
  expandingStages,
  type UnetConfig,
  type UnetStage,
} from "./unet_config.ts";
export {
  initVae,
  type LatentMoments,
  type VaeConfig,
  vaeDecode,
  vaeDivergence,
  vaeEncode,
  vaeFactor,
  vaeMean,
  vaeSample,
  vaeShapes,
} from "./vae.ts";
export { decoderHalf, encoderHalf } from "./vae_halves.ts";
export { guide, guided } from "./guidance.ts";
export {
  addNoise,
  fromVelocity,
  type ImpliedFields,
  type NoiseSchedule,
  noiseSchedule,
  type NoiseScheduleConfig,
  SD_SCHEDULE,
  velocity,
} from "./noise_schedule.ts";
export { sample, type SampleOptions, sampleSteps } from "./sample.ts";
export {
  ddim,
  type DdimOptions,
  DEFAULT_SAMPLER,
  euler,
  type EulerPlan,
  eulerPlan,
  pndm,
  pndmTimesteps,
  type Predict,
  type Sampler,
  SAMPLER_NAMES,
  type SamplerDefinition,
  type SamplerName,
  type SamplerOptions,
  SAMPLERS,
  type SamplerStep,
  samplersWith,
  visitedTimesteps,
} from "./samplers/mod.ts";
export {
  conditioningFactor,
  controlnet,
  type ControlnetConfig,
  type ControlnetInputs,
  controlnetShapes,
  initControlnet,
} from "./controlnet.ts";
export { initLora, loraModule, loraWeights } from "./lora_training.ts";
export {
  applyLora,
  type Lora,
  type LoraDelta,
  type LoraFile,
  type LoraWeights,
  readLora,
  readLoraFile,
} from "./lora.ts";
export { LORA_PARTS, type LoraPart } from "./lora_part.ts";
export { adapterConfigBeside } from "./lora_settings.ts";
export { loraHalves, mergeLora } from "./lora_merging.ts";
