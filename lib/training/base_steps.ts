/** The steps of the base model and of what is put on top of it frozen: all weights, a ControlNet, or a LoRA. Samples are weighted. */
import { combine, type HostParams, leaf, prefixed, scope, type Tensor, tf } from "../engine/mod.ts";
import type { TextTowerConfig } from "../clip/mod.ts";
import {
  conditioningFactor,
  controlnet,
  type ControlnetConfig,
  loraWeights,
  unet,
  type UnetConfig,
  unetStates,
} from "../diffusion/mod.ts";
import { alignedState, type Alignment, alignmentTerm } from "./alignment.ts";
import {
  compileDenoisingStep,
  type DenoisingStepOptions,
  type FrozenModel,
  latentSide,
  type StepEngine,
} from "./denoising_step.ts";
import { outerLayers } from "./outer_layers.ts";
import type { TrainStep, TrainStepOptions } from "./train_step.ts";

/** Largest global gradient norm of all these steps. */
const CLIP_NORM = 1;

/** Sizes and weights of a base's training. */
export interface BaseStepOptions extends StepEngine, Pick<TrainStepOptions, "emaDecay" | "optimizer"> {
  /** Sizes of the denoiser. */
  readonly unet: UnetConfig;
  /** Sizes of the text encoder. */
  readonly text: TextTowerConfig;
  /** `unet.*` and `text_encoder.*` to start from; all are trained. */
  readonly trainable: HostParams;
  /** Samples of a batch. */
  readonly batch: number;
  /** What the U-Net is aligned with; the head's weights are then `alignment.*`. */
  readonly alignment?: Alignment;
}

function aligned(
  alignment: Alignment,
  { unet: config, batch }: BaseStepOptions,
): Pick<DenoisingStepOptions, "more" | "denoise"> {
  return {
    more: { tokens: { shape: [batch, alignment.side ** 2, alignment.width] } },
    denoise({ trained, unet: params, more, ...inputs }) {
      const { output, contracted } = unetStates(params, config, inputs);
      const term = alignmentTerm(scope(trained, "alignment"), {
        features: alignedState(contracted, alignment),
        tokens: leaf(more, "tokens"),
      });
      return { noise: output, term: tf.mul(term, alignment.weight) };
    },
  };
}

/**
 * Trains U-Net and text encoder together. The batch: noisy latents, `weights` and word `ids`; with an alignment, the clean pictures' `tokens`
 * [batch side² width].
 */
export function compileBaseStep({ alignment, ...options }: BaseStepOptions): Promise<TrainStep> {
  const names = Object.keys(options.trainable);
  return compileDenoisingStep({
    ...options,
    ...(alignment ? aligned(alignment, options) : {}),
    frozen: {},
    weighted: true,
    clipNorm: CLIP_NORM,
    outer: [...outerLayers("unet", names, "unet"), ...outerLayers("textTower", names, "text_encoder")],
  });
}

/** What is trained on which base. */
export interface AdditionStepOptions extends StepEngine, Pick<TrainStepOptions, "emaDecay" | "optimizer"> {
  /** The frozen base. */
  readonly base: { readonly unet: FrozenModel<UnetConfig>; readonly text: FrozenModel<TextTowerConfig> };
  /** Weights to start from. */
  readonly trainable: HostParams;
  /** Samples of a batch. */
  readonly batch: number;
}

function additionStep({ base: { unet: denoiser, text }, ...rest }: AdditionStepOptions) {
  return {
    ...rest,
    unet: denoiser.config,
    text: text.config,
    frozen: combine(prefixed(denoiser.params, "unet"), prefixed(text.params, "text_encoder")),
    weighted: true,
    clipNorm: CLIP_NORM,
  };
}

/** Trains a ControlNet. The batch has `conditioning` [batch channels height width] in [0, 1] besides noisy latents, weights and word ids. */
export function compileControlnetStep(
  config: ControlnetConfig,
  options: AdditionStepOptions,
): Promise<TrainStep> {
  const { unet: { config: base } } = options.base;
  const side = latentSide(base) * conditioningFactor(config);
  return compileDenoisingStep({
    ...additionStep(options),
    outer: outerLayers("controlnet", Object.keys(options.trainable)),
    more: { conditioning: { shape: [options.batch, config.conditioning_channels ?? 3, side, side] } },
    denoise({ trained, unet: params, more, ...inputs }) {
      const residuals = controlnet(trained, config, { ...inputs, conditioning: more.conditioning as Tensor });
      return unet(params, base, { ...inputs, residuals });
    },
  });
}

/** Trains a LoRA of the U-Net, under kohya's names. */
export function compileLoraStep(options: AdditionStepOptions): Promise<TrainStep> {
  const { config } = options.base.unet;
  return compileDenoisingStep({
    ...additionStep(options),
    denoise: ({ trained, unet: params, more: _none, ...inputs }) =>
      unet(loraWeights(params, trained), config, inputs),
  });
}
