/** The training step of the base model: U-Net and text encoder together, weighed samples, clipping, AdamW and a moving average. */
import { type CompileOptions, type HostParams, scope, type Tensor } from "../../lib/engine/mod.ts";
import { textTower, type TextTowerConfig } from "../../lib/clip/mod.ts";
import { unet, type UnetConfig } from "../../lib/diffusion/mod.ts";
import {
  compileTrainStep,
  noisyBatchSpecs,
  type TrainStep,
  type TrainStepOptions,
  weightedSquaredError,
} from "../../lib/training/mod.ts";

/** Decay of the average of the weights. */
export const BASE_EMA_DECAY = 0.999;

/** Sizes and weights of a base training. */
export interface BaseStepOptions {
  readonly unet: UnetConfig;
  readonly text: TextTowerConfig;
  /** `unet.*` and `text_encoder.*` to start from; all are trained. */
  readonly trainable: HostParams;
  readonly batch: number;
  readonly compile?: CompileOptions;
  /** What makes a program of the step; `compile()` if absent. */
  readonly engine?: TrainStepOptions["engine"];
}

/** Compiles the step. Inputs: a noisy batch of [4 16 16] latents, `weights` [batch] of its samples and word `ids`. */
export function compileBaseStep(options: BaseStepOptions): Promise<TrainStep> {
  const { unet: config, text, trainable, batch } = options;
  return compileTrainStep({
    frozen: {},
    trainable,
    inputs: {
      ...noisyBatchSpecs([batch, 4, 16, 16]),
      weights: { shape: [batch] },
      ids: { shape: [batch, text.max_position_embeddings], dtype: "int32" },
    },
    clipNorm: 1,
    separable: true,
    emaDecay: BASE_EMA_DECAY,
    ...(options.compile ? { compile: options.compile } : {}),
    ...(options.engine ? { engine: options.engine } : {}),
    loss: (params, _frozen, { sample, timestep, noise, ids, weights }) => {
      const { lastHiddenState } = textTower(scope(params, "text_encoder"), text, ids as Tensor);
      const inputs = { sample: sample as Tensor, timestep: timestep as Tensor, text: lastHiddenState };
      const prediction = unet(scope(params, "unet"), config, inputs);
      return { loss: weightedSquaredError(prediction, noise as Tensor, weights as Tensor) };
    },
  });
}
