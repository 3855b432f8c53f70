/**
 * The one training step of everything that learns by the diffusion loss (Sec. 3.1): the base itself, adapters, ControlNets and LoRAs. Text encoder,
 * denoiser, (weighted) squared error of ε; what is trained and what it does to the U-Net are arguments.
 *
 * | symbol     | name       | shape                              |
 * | ---------- | ---------- | ---------------------------------- |
 * | z_t        | `sample`   | [batch channel side side]          |
 * | t          | `timestep` | [batch]                            |
 * | ε          | `noise`    | like z_t                           |
 * |            | `ids`      | [batch length], word ids; or `text`, the encoder's tokens [batch tokens width] |
 * |            | `weights`  | [batch], unless all samples count alike |
 */
import {
  combine,
  type CompileOptions,
  type HostParams,
  type InputSpec,
  type Params,
  scope,
  type Tensor,
  tf,
  type Weights,
} from "../engine/mod.ts";
import { textTower, type TextTowerConfig } from "../clip/mod.ts";
import { unet, type UnetConfig, type UnetInputs } from "../diffusion/mod.ts";
import { meanSquaredError, noisyBatchSpecs, weightedSquaredError } from "./noise_prediction.ts";
import { compileTrainStep, type TrainStep, type TrainStepOptions } from "./train_step.ts";

/** Weights that stay as they are, with the configuration that explains them. */
export interface FrozenModel<Config> {
  /** Sizes. */
  readonly config: Config;
  /** Weights under the reference's names. */
  readonly params: Readonly<Weights>;
}

/** What one denoiser call is given. */
export interface DenoiserInputs extends Pick<UnetInputs, "sample" | "timestep" | "text"> {
  /** What is trained. */
  readonly trained: Params;
  /** The U-Net's weights, frozen or trained. */
  readonly unet: Params;
  /** The batch's further inputs. */
  readonly more: Params;
}

/** How a step is made to run; the same for all steps. */
export interface StepEngine {
  /** Device, threads and passes. */
  readonly compile?: CompileOptions;
  /** What makes a program of the step; `compile()` if absent. */
  readonly engine?: NonNullable<TrainStepOptions["engine"]>;
}

/** Sizes and weights of a step. `unet.*` and `text_encoder.*` are found among the frozen or the trained weights. */
export interface DenoisingStepOptions
  extends StepEngine, Pick<TrainStepOptions, "optimizer" | "outer" | "clipNorm" | "emaDecay" | "accumulate"> {
  /** Sizes of the denoiser. */
  readonly unet: UnetConfig;
  /** The encoder that reads `ids`; or how many ready tokens the batch's `text` has. */
  readonly text: TextTowerConfig | number;
  /** Weights that stay as they are. */
  readonly frozen: Readonly<Weights>;
  /** Weights to train, with their initial values. */
  readonly trainable: HostParams;
  /** Samples of a batch. */
  readonly batch: number;
  /** Side of the latents; the U-Net's `sample_size` if absent. */
  readonly side?: number;
  /** The batch holds a weight per sample; otherwise all count alike, as in the paper. */
  readonly weighted: boolean;
  /** Further inputs of the batch. */
  readonly more?: Readonly<Record<string, InputSpec>>;
  /** The noise that is predicted, or that with a further term of the loss; the U-Net alone if absent. */
  readonly denoise?: (inputs: DenoiserInputs) => Tensor | { readonly noise: Tensor; readonly term: Tensor };
}

/** Side of the latents that a U-Net is trained on. @throws RangeError when neither says it. */
export function latentSide({ sample_size }: UnetConfig, side?: number): number {
  const known = side ?? sample_size;
  if (typeof known !== "number") {
    throw new RangeError(
      "A step on latents needs their side from the U-Net's sample_size or as an option, got neither",
    );
  }
  return known;
}

/** Latents of one sample, [channels side side]. @throws RangeError when the side is not known. */
export function latentShape(unet: UnetConfig): [channels: number, height: number, width: number] {
  const side = latentSide(unet);
  return [unet.in_channels, side, side];
}

/**
 * Compiles the step.
 *
 * @throws RangeError when the side of the latents is not known.
 */
export function compileDenoisingStep(options: DenoisingStepOptions): Promise<TrainStep> {
  const { unet: config, text, frozen, trainable, batch, weighted, more = {} } = options;
  const { optimizer, outer, clipNorm, emaDecay, accumulate, compile, engine } = options;
  const side = latentSide(config, options.side);
  const denoise = options.denoise ??
    (({ unet: params, sample, timestep, text: tokens }) =>
      unet(params, config, { sample, timestep, text: tokens }));
  return compileTrainStep({
    frozen,
    trainable,
    inputs: {
      ...noisyBatchSpecs([batch, config.in_channels, side, side]),
      ...(typeof text === "number"
        ? { text: { shape: [batch, text, config.cross_attention_dim] } }
        : { ids: { shape: [batch, text.max_position_embeddings], dtype: "int32" } }),
      ...(weighted ? { weights: { shape: [batch] } } : {}),
      ...more,
    },
    separable: true,
    ...(optimizer ? { optimizer } : {}),
    ...(outer ? { outer } : {}),
    ...(clipNorm === undefined ? {} : { clipNorm }),
    ...(emaDecay === undefined ? {} : { emaDecay }),
    ...(accumulate === undefined ? {} : { accumulate }),
    ...(compile ? { compile } : {}),
    ...(engine ? { engine } : {}),
    loss(trained, fixed, { sample, timestep, noise, weights, ids, text: ready, ...rest }) {
      const all = combine(trained, fixed);
      const tokens = typeof text === "number"
        ? ready as Tensor
        : textTower(scope(all, "text_encoder"), text, ids as Tensor).lastHiddenState;
      const denoised = denoise({
        trained,
        unet: scope(all, "unet"),
        sample: sample as Tensor,
        timestep: timestep as Tensor,
        text: tokens,
        more: rest,
      });
      const { noise: prediction, term } = "term" in denoised ? denoised : { noise: denoised };
      const error = weights
        ? weightedSquaredError(prediction, noise as Tensor, weights)
        : meanSquaredError(prediction, noise as Tensor);
      return term ? { loss: tf.add(error, term), aux: { error } } : { loss: error };
    },
  });
}
