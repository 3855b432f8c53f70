/**
 * The denoiser ε_θ(z_t, t, text, images): diffusers' UNet2DConditionModel of SD 1.5's kind, under its state-dict names.
 *
 * | symbol  | name          | shape |
 * | z_t     | sample        | [batch in_channels height width], any height and width |
 * | t       | timestep      | [batch], one per sample |
 * | c_text  | text          | [batch tokens cross_attention_dim] |
 * | c_image | imageContexts | [batch image_tokens width], each with its own keys and values per layer (Sec. 3.1, Fig. 2) |
 *
 * Departure: 1×1 convolutions around transformers are applied as linear layers on tokens (same arithmetic).
 */
import {
  type HostParams,
  type Key,
  leaf,
  type Params,
  scope,
  type Shapes,
  silu,
  type Tensor,
  tf,
} from "../engine/mod.ts";
import {
  type AttentionContext,
  convolution,
  convolutionShapes,
  groupNorm,
  initialize,
  normShapes,
  shapeTree,
} from "../nn/mod.ts";
import { residualBlock, residualBlockShapes, upsample } from "./residual_block.ts";
import { spatialTransformer, spatialTransformerShapes } from "./spatial_transformer.ts";
import { sinusoidalTimesteps, timestepEmbedding, timestepEmbeddingShapes } from "./timestep_embedding.ts";
import { crossAttentionLayers, type UnetConfig, type UnetStage, unetStages } from "./unet_config.ts";

/** Image tokens that every cross-attention layer attends to beside the text. */
export interface ImageContext {
  /** [batch image_tokens width] */
  readonly tokens: Tensor;
  /** The checkpoint's `ip_adapter` dictionary: "1.to_k_ip.weight", "1.to_v_ip.weight", "3.to_k_ip.weight", … */
  readonly weights: Params;
  /** Factor of the image attention: a number, or a tensor that broadcasts to [batch tokens inner]. 0 is the plain U-Net. */
  readonly scale: number | Tensor;
  /** A further factor per layer index; layers that are not named keep 1. 0 leaves a layer out (as InstantStyle does). */
  readonly layerScales?: Readonly<Record<string, number>>;
}

/** What a ControlNet adds to the skip connections and to the middle block's output. */
export interface UnetResiduals {
  /** One per skip connection, in the order in which the U-Net makes them. */
  readonly down: readonly Tensor[];
  readonly mid: Tensor;
}

/** Inputs of {@link unet}. */
export interface UnetInputs {
  /** Noisy latents [batch in_channels height width]. */
  readonly sample: Tensor;
  /** Timesteps [batch], int32 or float32, in [0, 1000). */
  readonly timestep: Tensor;
  /** Text tokens [batch tokens cross_attention_dim]. */
  readonly text: Tensor;
  readonly imageContexts?: readonly ImageContext[];
  readonly residuals?: UnetResiduals;
}

interface StageArguments {
  readonly config: UnetConfig;
  readonly activatedTime: Tensor;
  readonly text: Tensor;
  readonly imageContexts: readonly ImageContext[];
  /** Cross-attention layer's path → its number in IP-Adapter checkpoints. */
  readonly indices: ReadonlyMap<string, string>;
}

/** The time embedding behind its SiLU, [batch 4·block_out_channels[0]]: every residual block takes it like this. */
export function activatedTimestep(params: Params, config: UnetConfig, timestep: Tensor): Tensor {
  const features = sinusoidalTimesteps(timestep, {
    width: config.block_out_channels[0] as number,
    flip: config.flip_sin_to_cos ?? true,
    freqShift: config.freq_shift ?? 0,
  });
  return silu(timestepEmbedding(scope(params, "time_embedding"), features));
}

function extraContexts(args: StageArguments, path: string): AttentionContext[] {
  const index = args.indices.get(path) as string;
  return args.imageContexts.flatMap(({ tokens, weights, scale, layerScales }) => {
    const factor = layerScales?.[index] ?? 1;
    if (factor === 0 || scale === 0) return [];
    return [{
      tokens,
      toKey: { weight: leaf(weights, `${index}.to_k_ip.weight`) },
      toValue: { weight: leaf(weights, `${index}.to_v_ip.weight`) },
      scale: factor === 1 ? scale : typeof scale === "number" ? scale * factor : tf.mul(scale, factor),
    }];
  });
}

function attend(p: Params, x: Tensor, stage: UnetStage, i: number, args: StageArguments): Tensor {
  if (stage.heads === undefined) return x;
  const path = `${stage.path}.attentions.${i}.transformer_blocks.0.attn2`;
  return spatialTransformer(scope(p, `attentions.${i}`), x, {
    heads: stage.heads,
    groups: args.config.norm_num_groups,
    text: args.text,
    extra: extraContexts(args, path),
  });
}

/** The contracting half: conv_in and the down blocks. Gives every skip connection; the last is the middle block's input. */
function contract(
  params: Params,
  sample: Tensor,
  args: StageArguments,
  stages: readonly UnetStage[],
): Tensor[] {
  const skips = [convolution(scope(params, "conv_in"), sample, { padding: 1 })];
  for (const stage of stages.filter(({ kind }) => kind === "down")) {
    const p = scope(params, stage.path);
    stage.inputs.forEach((_, i) => {
      const x = residualBlock(scope(p, `resnets.${i}`), skips.at(-1) as Tensor, blockOptions(args));
      skips.push(attend(p, x, stage, i, args));
    });
    if (!stage.resample) continue;
    skips.push(
      convolution(scope(p, "downsamplers.0.conv"), skips.at(-1) as Tensor, { stride: 2, padding: 1 }),
    );
  }
  return skips;
}

function middle(params: Params, x: Tensor, args: StageArguments, stages: readonly UnetStage[]): Tensor {
  const stage = stages.at(-1) as UnetStage;
  const p = scope(params, stage.path);
  const h = residualBlock(scope(p, "resnets.0"), x, blockOptions(args));
  return residualBlock(scope(p, "resnets.1"), attend(p, h, stage, 0, args), blockOptions(args));
}

function blockOptions({ config, activatedTime }: StageArguments) {
  return { groups: config.norm_num_groups, eps: config.norm_eps ?? 1e-5, activatedTime };
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
  const batch = sample.shape[0];
  const faults = [
    sample.rank === 4 && sample.shape[1] === config.in_channels
      ? ""
      : `sample [batch ${config.in_channels} height width], got [${sample.shape}]`,
    timestep.rank === 1 && timestep.shape[0] === batch ? "" : `timestep [${batch}], got [${timestep.shape}]`,
    text.rank === 3 && text.shape[0] === batch && text.shape[2] === config.cross_attention_dim
      ? ""
      : `text [${batch} tokens ${config.cross_attention_dim}], got [${text.shape}]`,
    ...(imageContexts ?? []).map(({ tokens }) =>
      tokens.rank === 3 && tokens.shape[0] === batch
        ? ""
        : `image tokens [${batch} tokens width], got [${tokens.shape}]`
    ),
  ].filter((fault) => fault !== "");
  if (faults.length > 0) throw new RangeError(`unet() needs ${faults.join("; ")}`);
}

/**
 * The U-Net's output [batch out_channels height width]: predicted noise, for SD 1.5.
 *
 * @throws RangeError when inputs, parameters and config do not fit each other.
 */
export function unet(params: Params, config: UnetConfig, inputs: UnetInputs): Tensor {
  checkInputs(config, inputs);
  const { sample, timestep, text, imageContexts = [], residuals } = inputs;
  const stages = unetStages(config);
  const args: StageArguments = {
    config,
    activatedTime: activatedTimestep(params, config, timestep),
    text,
    imageContexts,
    indices: new Map(crossAttentionLayers(config).map(({ path, index }) => [path, index])),
  };
  const plain = contract(params, sample, args, stages);
  let x = middle(params, plain.at(-1) as Tensor, args, stages);
  const skips = residuals ? addResiduals(plain, residuals.down) : plain;
  if (residuals) x = tf.add(x, residuals.mid);
  for (const stage of stages.filter(({ kind }) => kind === "up")) {
    const p = scope(params, stage.path);
    stage.inputs.forEach((_, i) => {
      const joined = tf.concat([x, skips.pop() as Tensor], 1);
      x = attend(p, residualBlock(scope(p, `resnets.${i}`), joined, blockOptions(args)), stage, i, args);
    });
    if (!stage.resample) continue;
    const [, , height, width] = (skips.at(-1) as Tensor).shape as [number, number, number, number];
    x = upsample(scope(p, "upsamplers.0"), x, { size: [height, width] });
  }
  const normed = groupNorm(scope(params, "conv_norm_out"), x, blockOptions(args));
  return convolution(scope(params, "conv_out"), silu(normed), { padding: 1 });
}

function stageShapes(config: UnetConfig, stage: UnetStage, time: number): Shapes {
  const { kind, inputs, channels, heads, resample } = stage;
  const transformer = spatialTransformerShapes(channels, {
    context: config.cross_attention_dim,
    linearProjection: config.use_linear_projection ?? false,
  });
  const sampler = shapeTree({ conv: convolutionShapes(channels, channels, { kernel: 3 }) });
  const transformers = kind === "mid" ? [transformer] : inputs.map(() => transformer);
  return shapeTree({
    ...(heads === undefined ? {} : { attentions: transformers }),
    resnets: inputs.map((width) => residualBlockShapes(width, channels, { time })),
    ...(resample ? { [kind === "down" ? "downsamplers" : "upsamplers"]: [sampler] } : {}),
  });
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
