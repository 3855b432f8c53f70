/** Training: optimiser, learning rates, flat parameter vectors. */
export { ADAMW, adamw, type AdamWConfig, adamwRates, type AdamWState, clipByGlobalNorm } from "./adamw.ts";
export { flatten, flattenHost, unflatten, unflattenHost } from "./flat_parameters.ts";
export { learningRate, type LearningRateSchedule } from "./learning_rate.ts";
export {
  compileTrainStep,
  type LossResult,
  type StepReport,
  type TrainStep,
  type TrainStepOptions,
} from "./train_step.ts";
export { train, type TrainEvent, type TrainOptions } from "./trainer.ts";
export {
  meanSquaredError,
  minSnrWeights,
  type NoisyBatch,
  noisyBatch,
  noisyBatchSpecs,
  velocityWeights,
  weightedSquaredError,
} from "./noise_prediction.ts";
