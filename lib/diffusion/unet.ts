/**
 * The denoiser ε_θ(z_t, t, text, images): diffusers' UNet2DConditionModel of SD 1.5's kind, under its state-dict names.
 *
 * | symbol  | name          | shape |
 * | z_t     | sample        | [batch in_channels height width], any height and width |
 * | t       | timestep      | [batch], one per sample |
 * | c_text  | text          | [rows tokens cross_attention_dim] |
 * | c_image | imageContexts | [rows image_tokens width], each with its own keys and values per layer (Sec. 3.1, Fig. 2) |
 *
 * Rows are the batch, or a multiple of it: then a sample's rows follow one another, as the predictions of guidance do, and all that comes before the
 * first cross-attention is computed once per sample.
 *
 * Departure: 1×1 convolutions around transformers are applied as linear layers on tokens (same arithmetic).
 */
import {
  type HostParams,
  type Key,
  type Params,
  scope,
  type Shapes,
  silu,
  type Tensor,
  tf,
} from "../engine/mod.ts";
import {
  convolution,
  convolutionShapes,
  groupNorm,
  initialize,
  normShapes,
  repeatRows,
  shapeTree,
} from "../nn/mod.ts";
import type { ImageContext } from "./image_attention.ts";
import { residualBlock, upsample } from "./residual_block.ts";
import { timestepEmbeddingShapes } from "./timestep_embedding.ts";
import {
  contractingStages,
  crossAttentionLayers,
  expandingStages,
  type UnetConfig,
  type UnetStage,
  unetStages,
} from "./unet_config.ts";
import {
  activatedTimestep,
  attend,
  blockOptions,
  contract,
  middle,
  type StageArguments,
  stageShapes,
} from "./unet_stages.ts";

/** What a ControlNet adds to the skip connections and to the middle block's output. */
export interface UnetResiduals {
  /** One per skip connection, in the order in which the U-Net makes them. */
  readonly down: readonly Tensor[];
  /** Like the middle block's output. */
  readonly mid: Tensor;
}

/** Inputs of {@link unet}. */
export interface UnetInputs {
  /** Noisy latents [batch in_channels height width]. */
  readonly sample: Tensor;
  /** Timesteps [batch], int32 or float32, in [0, 1000). */
  readonly timestep: Tensor;
  /** Text tokens [rows tokens cross_attention_dim]. */
  readonly text: Tensor;
  /** Adapters: what every cross-attention layer attends to besides the text; none if absent. */
  readonly imageContexts?: readonly ImageContext[];
  /** A ControlNet's residuals; none if absent. */
  readonly residuals?: UnetResiduals;
}

/** Adds a ControlNet's residuals to the skip connections. */
function addResiduals(skips: readonly Tensor[], down: readonly Tensor[]): Tensor[] {
  if (down.length !== skips.length) {
    throw new RangeError(
      `unet() needs a residual per skip connection: expected ${skips.length}, got ${down.length}`,
    );
  }
  return skips.map((skip, i) => tf.add(skip, down[i] as Tensor));
}

function checkInputs(config: UnetConfig, { sample, timestep, text, imageContexts }: UnetInputs): void {
  const batch = sample.shape[0] as number;
  const rows = text.shape[0] as number;
  const faults = [
    sample.rank === 4 && sample.shape[1] === config.in_channels
      ? ""
      : `sample [batch ${config.in_channels} height width], got [${sample.shape}]`,
    timestep.rank === 1 && timestep.shape[0] === batch ? "" : `timestep [${batch}], got [${timestep.shape}]`,
    text.rank === 3 && rows > 0 && rows % batch === 0 && text.shape[2] === config.cross_attention_dim
      ? ""
      : `text [${batch} tokens ${config.cross_attention_dim}], got [${text.shape}]`,
    ...(imageContexts ?? []).map(({ tokens }) =>
      tokens.rank === 3 && tokens.shape[0] === rows
        ? ""
        : `image tokens [${rows} tokens width], got [${tokens.shape}]`
    ),
  ].filter((fault) => fault !== "");
  if (faults.length > 0) throw new RangeError(`unet() needs ${faults.join("; ")}`);
}

/** What {@link unetStates} gives. */
export interface UnetStates {
  /** The U-Net's output [rows out_channels height width]: predicted noise, for SD 1.5. */
  readonly output: Tensor;
  /** The contracting half's states [batch or rows, channels height width], conv_in's first; each is a skip connection. */
  readonly contracted: readonly Tensor[];
}

/**
 * The U-Net's output with the states on the way down, for losses that look at them.
 *
 * @throws RangeError when inputs, parameters and config do not fit each other.
 */
export function unetStates(params: Params, config: UnetConfig, inputs: UnetInputs): UnetStates {
  checkInputs(config, inputs);
  const { sample, timestep, text, imageContexts = [], residuals } = inputs;
  const stages = contractingStages(config);
  const args: StageArguments = {
    config,
    activatedTime: activatedTimestep(params, config, timestep),
    text,
    imageContexts,
    indices: new Map(crossAttentionLayers(config).map(({ path, index }) => [path, index])),
  };
  const entry = convolution(scope(params, "conv_in"), sample, { padding: 1 });
  const contracted = contract(params, entry, args, stages);
  let x = middle(params, contracted.at(-1) as Tensor, args, stages.at(-1) as UnetStage);
  const skips = residuals ? addResiduals(contracted, residuals.down) : [...contracted];
  if (residuals) x = tf.add(x, residuals.mid);
  for (const stage of expandingStages(config)) {
    const p = scope(params, stage.path);
    stage.inputs.forEach((_, i) => {
      const concatenated = tf.concat([x, repeatRows(skips.pop() as Tensor, x.shape[0] as number)], 1);
      x = attend(
        p,
        residualBlock(scope(p, `resnets.${i}`), concatenated, blockOptions(args)),
        stage,
        i,
        args,
      );
    });
    if (!stage.resample) continue;
    const [, , height, width] = (skips.at(-1) as Tensor).shape as [number, number, number, number];
    x = upsample(scope(p, "upsamplers.0"), x, { size: [height, width] });
  }
  const normed = groupNorm(scope(params, "conv_norm_out"), x, blockOptions(args));
  return { output: convolution(scope(params, "conv_out"), silu(normed), { padding: 1 }), contracted };
}

/**
 * The U-Net's output [rows out_channels height width]: predicted noise, for SD 1.5.
 *
 * @throws RangeError when inputs, parameters and config do not fit each other.
 */
export function unet(params: Params, config: UnetConfig, inputs: UnetInputs): Tensor {
  return unetStates(params, config, inputs).output;
}

/** Names and shapes of the U-Net's parameters in the reference's state-dict order. SD 1.5: 686 tensors, 859,520,964 scalars. */
export function unetShapes(config: UnetConfig): Shapes {
  const first = config.block_out_channels[0] as number;
  const stages = unetStages(config);
  return shapeTree({
    conv_in: convolutionShapes(config.in_channels, first, { kernel: 3 }),
    time_embedding: timestepEmbeddingShapes(first, 4 * first),
    ...Object.fromEntries(stages.map((stage) => [stage.path, stageShapes(config, stage, 4 * first)])),
    conv_norm_out: normShapes(first),
    conv_out: convolutionShapes(first, config.out_channels, { kernel: 3 }),
  });
}

/** Fresh parameters with PyTorch's default initial values. */
export function initUnet(from: Key, config: UnetConfig): HostParams {
  return initialize(from, unetShapes(config));
}
