/** Pictures from a record of models: sampling, guidance, adapter, ControlNet and LoRA at every scale. */
export { controlImage } from "./control_image.ts";
export type { GenerationItem } from "./conditions.ts";
export {
  createGenerator,
  type Generator,
  type GeneratorParts,
  type SamplingEvent,
  type SamplingOptions,
} from "./generator.ts";
export {
  type ChainScales,
  type GuidancePass,
  type GuidancePlan,
  guidancePlan,
  TEXT_ROLES,
  type TextRole,
} from "./guidance_passes.ts";
export {
  type AdapterPart,
  type BaseParts,
  frozenOf,
  type ModelPart,
  paramsIn,
  type PipelineModels,
} from "./models.ts";
export type { PipelineOptions } from "./programs.ts";
export { type MakeProgram, type ModelRun, type OpenRun, openRun, runOnce } from "./run_once.ts";
export { type OpenPipeline, type PictureEvent, samplePictures } from "./sample_pictures.ts";
export { withLora } from "./with_lora.ts";
