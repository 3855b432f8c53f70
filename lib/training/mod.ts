/** Training: optimiser, learning rates, flat parameter vectors. */
export { ADAMW, adamw, type AdamWConfig, adamwRates, type AdamWState, clipByGlobalNorm } from "./adamw.ts";
export { flatten, flattenHost, unflatten, unflattenHost } from "./flat_parameters.ts";
export { learningRate, type LearningRateSchedule } from "./learning_rate.ts";
