/** The training step of what is put on top of the frozen base, a ControlNet or a LoRA: weighed samples, clipping, AdamW. */
import {
  combine,
  type CompileOptions,
  type HostParams,
  type InputSpec,
  type Params,
  prefixed,
  scope,
  type Tensor,
} from "../../lib/engine/mod.ts";
import { textTower } from "../../lib/clip/mod.ts";
import {
  controlnet,
  type ControlnetConfig,
  loraWeights,
  unet,
  type UnetConfig,
  type UnetInputs,
} from "../../lib/diffusion/mod.ts";
import {
  compileTrainStep,
  noisyBatchSpecs,
  type TrainStep,
  type TrainStepOptions,
  weightedSquaredError,
} from "../../lib/training/mod.ts";
import type { BaseModel } from "../mini/frozen.ts";

/** Side of the mini images. */
const SIDE = 64;

/** What is trained on which base. */
export interface AdditionStepOptions {
  readonly base: Pick<BaseModel, "unet" | "text">;
  /** Weights to start from. */
  readonly trainable: HostParams;
  readonly batch: number;
  readonly compile?: CompileOptions;
  /** What makes a program of the step; `compile()` if absent. */
  readonly engine?: TrainStepOptions["engine"];
}

/** The denoiser with an addition: its noise prediction from trained weights, the U-Net's, and the batch. */
type Denoise = (
  trained: Params,
  frozen: Params,
  inputs: Pick<UnetInputs, "sample" | "timestep" | "text"> & { readonly more: Params },
) => Tensor;

function compileAdditionStep(
  { base, trainable, batch, compile, engine }: AdditionStepOptions,
  more: Readonly<Record<string, InputSpec>>,
  denoise: Denoise,
): Promise<TrainStep> {
  const { config: text, params: textParams } = base.text;
  return compileTrainStep({
    frozen: combine(prefixed(base.unet.params, "unet"), prefixed(textParams, "text_encoder")),
    trainable,
    inputs: {
      ...noisyBatchSpecs([batch, 4, 16, 16]),
      weights: { shape: [batch] },
      ids: { shape: [batch, text.max_position_embeddings], dtype: "int32" },
      ...more,
    },
    clipNorm: 1,
    separable: true,
    ...(compile ? { compile } : {}),
    ...(engine ? { engine } : {}),
    loss: (params, frozen, { sample, timestep, noise, ids, weights, ...rest }) => {
      const { lastHiddenState } = textTower(scope(frozen, "text_encoder"), text, ids as Tensor);
      const prediction = denoise(params, scope(frozen, "unet"), {
        sample: sample as Tensor,
        timestep: timestep as Tensor,
        text: lastHiddenState,
        more: rest,
      });
      return { loss: weightedSquaredError(prediction, noise as Tensor, weights as Tensor) };
    },
  });
}

/** Trains a ControlNet. The batch has `conditioning` [batch 3 64 64] in [0, 1] besides noisy latents, weights and word ids. */
export function compileControlnetStep(
  config: ControlnetConfig,
  options: AdditionStepOptions,
): Promise<TrainStep> {
  const conditioning = { shape: [options.batch, config.conditioning_channels ?? 3, SIDE, SIDE] };
  const base: UnetConfig = options.base.unet.config;
  return compileAdditionStep(options, { conditioning }, (trained, frozen, { more, ...inputs }) => {
    const residuals = controlnet(trained, config, { ...inputs, conditioning: more.conditioning as Tensor });
    return unet(frozen, base, { ...inputs, residuals });
  });
}

/** Trains a LoRA of the U-Net, under kohya's names. */
export function compileLoraStep(options: AdditionStepOptions): Promise<TrainStep> {
  const { config } = options.base.unet;
  return compileAdditionStep(
    options,
    {},
    (trained, frozen, { more: _none, ...inputs }) => unet(loraWeights(frozen, trained), config, inputs),
  );
}
