/** Training: the adapter's step, batches and recipe; the step of all diffusion losses; optimiser, learning rates, flat parameter vectors. */
export {
  adapterBatch,
  type AdapterFeeds,
  type AdapterItem,
  type AdapterItems,
  type BatchOptions,
  mixedBatch,
} from "./adapter_batch.ts";
export { type AdapterRecipe, type DropShares, PAPER_RECIPE, recipeSchedule } from "./adapter_recipe.ts";
export {
  type AdapterStepOptions,
  compileAdapterStep,
  freshInstruct,
  type TrainedProjection,
} from "./adapter_step.ts";
export { type Alignment, initAlignmentHead } from "./alignment.ts";
export {
  type AdditionStepOptions,
  type BaseStepOptions,
  compileBaseStep,
  compileControlnetStep,
  compileLoraStep,
} from "./base_steps.ts";
export { type FrozenModel, latentShape, type StepEngine } from "./denoising_step.ts";
export { adamw, type AdamWState, clipFactor } from "./adamw.ts";
export { meanGradient } from "./update_kernel.ts";
export { muon, type MuonState } from "./muon.ts";
export {
  ADAMW,
  ADAMW_OPTIMIZER,
  type AdamWConfig,
  MUON,
  MUON_OPTIMIZER,
  type MuonConfig,
  type OptimizerConfig,
} from "./optimizer_config.ts";
export { flattenHost, unflattenHost } from "./flat_parameters.ts";
export { type LayeredModel, outerLayers } from "./outer_layers.ts";
export {
  compileTrainStep,
  type LossResult,
  type StepReport,
  type TrainStep,
  type TrainStepOptions,
} from "./train_step.ts";
export {
  learningRate,
  type LearningRateSchedule,
  train,
  type TrainEvent,
  type TrainOptions,
} from "./trainer.ts";
export {
  type LossWeighting,
  meanSquaredError,
  minSnrWeights,
  type NoisyBatch,
  noisyBatch,
  noisyBatchSpecs,
  velocityWeights,
} from "./noise_prediction.ts";
