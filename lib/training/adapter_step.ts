/**
 * The training step of an adapter on a frozen base (Sec. 3.5): IPAdapter+ or IPAdapter-Instruct, at any scale. Trained is the whole adapter, the
 * projection of the image (Fig. 3) and the keys and values of every cross-attention (Fig. 2).
 */
import { combine, type HostParams, type Key, prefixed, scope, type Tensor } from "../engine/mod.ts";
import {
  adapterParams,
  imageContext,
  instructFromPlus,
  type InstructResamplerConfig,
  projectImage,
  type ResamplerConfig,
} from "../adapter/mod.ts";
import type { TextTowerConfig } from "../clip/mod.ts";
import { unet, type UnetConfig } from "../diffusion/mod.ts";
import type { AdapterRecipe } from "./adapter_recipe.ts";
import { compileDenoisingStep, type FrozenModel, type StepEngine } from "./denoising_step.ts";
import { outerLayers } from "./outer_layers.ts";
import type { TrainStep, TrainStepOptions } from "./train_step.ts";

/** A projection that is trained here: IPAdapter+'s, or the paper's Instruct design. */
export type TrainedProjection = ResamplerConfig | InstructResamplerConfig;

/** Sizes and models of an adapter's training. */
export interface AdapterStepOptions extends StepEngine, Pick<TrainStepOptions, "emaDecay" | "accumulate"> {
  /** The frozen denoiser. */
  readonly unet: FrozenModel<UnetConfig>;
  /** The frozen text encoder; or how many ready text tokens the batch has. */
  readonly text: FrozenModel<TextTowerConfig> | number;
  /** Sizes of the projection. */
  readonly projection: TrainedProjection;
  /** `image_proj.*` and `ip_adapter.*` to start from. */
  readonly adapter: HostParams;
  /** Samples of a batch. */
  readonly batch: number;
  /** Side of the latents; the U-Net's `sample_size` if absent. */
  readonly side?: number;
  /** Tokens of a condition image. */
  readonly imageTokens: number;
  /** Tokens of an instruction; 1 if absent. */
  readonly words?: number;
  /** What of the recipe shapes the step. */
  readonly recipe: Pick<AdapterRecipe, "replacesText" | "lossWeighting" | "clipNorm" | "optimizer">;
}

/** Width of the image tokens that a projection reads. */
export function imageWidth(projection: TrainedProjection): number {
  return projection.class === "Resampler" ? projection.embedding_dim : projection.embedding_dim_image_embeds;
}

/**
 * Compiles the step. The batch holds, besides what every diffusion step reads, `image` [batch imageTokens width] and, for Instruct, `instruction`
 * [batch words width].
 */
export function compileAdapterStep(options: AdapterStepOptions): Promise<TrainStep> {
  const { unet: denoiser, text, projection, adapter, batch, side, imageTokens, words = 1, recipe } = options;
  const instructed = projection.class !== "Resampler";
  return compileDenoisingStep({
    unet: denoiser.config,
    text: typeof text === "number" ? text : text.config,
    frozen: combine(
      prefixed(denoiser.params, "unet"),
      typeof text === "number" ? {} : prefixed(text.params, "text_encoder"),
    ),
    trainable: adapter,
    batch,
    ...(side === undefined ? {} : { side }),
    weighted: recipe.lossWeighting !== "uniform",
    clipNorm: recipe.clipNorm,
    optimizer: recipe.optimizer,
    outer: outerLayers("projection", Object.keys(adapter), "image_proj"),
    more: {
      image: { shape: [batch, imageTokens, imageWidth(projection)] },
      ...(instructed
        ? { instruction: { shape: [batch, words, projection.embedding_dim_instruct_embeds] } }
        : {}),
    },
    ...(options.emaDecay === undefined ? {} : { emaDecay: options.emaDecay }),
    ...(options.accumulate === undefined ? {} : { accumulate: options.accumulate }),
    ...(options.compile ? { compile: options.compile } : {}),
    ...(options.engine ? { engine: options.engine } : {}),
    denoise({ trained, unet: params, more: { image, instruction }, ...inputs }) {
      const tokens = projectImage(scope(trained, "image_proj"), projection, {
        image: image as Tensor,
        ...(instruction ? { instruction } : {}),
      });
      return unet(params, denoiser.config, {
        ...inputs,
        imageContexts: [imageContext(trained, tokens, { scale: 1, replacesText: recipe.replacesText })],
      });
    },
  });
}

/**
 * The adapter that Instruct trainings start from: IPAdapter+ with a fresh instruction branch whose output is zero, so that it gives IPAdapter+'s
 * tokens bit for bit, whatever `branchStd`.
 *
 * Sec. 3.5 samples the branch's matrices with σ = 1e-4. Each is then multiplied by others as small, a saddle point that 100,000 steps leave and a
 * few hundred do not: short trainings need a σ of some hundredths.
 *
 * @param plus the trained IPAdapter+: weights of its projection, and of its keys and values.
 */
export function freshInstruct(
  from: Key,
  config: InstructResamplerConfig,
  options: {
    readonly plus: { readonly projection: { readonly params: HostParams }; readonly context: HostParams };
    readonly recipe: Pick<AdapterRecipe, "branchStd">;
  },
): HostParams {
  const { plus: { projection, context }, recipe: { branchStd: std } } = options;
  return adapterParams({
    projection: instructFromPlus(from, config, { plus: projection.params, std }),
    context,
  });
}
