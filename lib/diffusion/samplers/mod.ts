/** Samplers as plain functions on flat arrays: they call the model and yield every step. */
export { ddim, type DdimOptions } from "./ddim.ts";
export { euler, type EulerPlan, eulerPlan } from "./euler.ts";
export { pndm, pndmTimesteps } from "./pndm.ts";
export type { Predict, Sampler, SamplerOptions, SamplerStep } from "./sampler.ts";
export { visitedTimesteps } from "./timesteps.ts";
export {
  DEFAULT_SAMPLER,
  SAMPLER_NAMES,
  type SamplerDefinition,
  type SamplerName,
  SAMPLERS,
  samplersWith,
} from "./samplers.ts";
