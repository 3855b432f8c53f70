import { type Params, scope, type Shapes, silu, type Tensor } from "../engine/mod.ts";
import { convolution, convolutionShapes, shapeTree } from "../nn/mod.ts";
import { attendedText, imageAttention, type ImageContext } from "./image_attention.ts";
import { residualBlock, residualBlockShapes } from "./residual_block.ts";
import { spatialTransformer, spatialTransformerShapes } from "./spatial_transformer.ts";
import { sinusoidalTimesteps, timestepEmbedding } from "./timestep_embedding.ts";
import type { ContractingConfig, UnetStage } from "./unet_config.ts";

/** What every block of a U-Net or ControlNet is given. */
export interface StageArguments {
  readonly config: ContractingConfig;
  readonly activatedTime: Tensor;
  readonly text: Tensor;
  readonly imageContexts: readonly ImageContext[];
  /** Cross-attention layer's path → its number in IP-Adapter checkpoints. */
  readonly indices: ReadonlyMap<string, string>;
}

/** The time embedding behind its SiLU, [batch 4·block_out_channels[0]]: every residual block takes it like this. */
export function activatedTimestep(params: Params, config: ContractingConfig, timestep: Tensor): Tensor {
  const features = sinusoidalTimesteps(timestep, {
    width: config.block_out_channels[0] as number,
    flip: config.flip_sin_to_cos ?? true,
    freqShift: config.freq_shift ?? 0,
  });
  return silu(timestepEmbedding(scope(params, "time_embedding"), features));
}

/** The transformer behind residual block `i` of a stage, if it has one. */
export function attend(p: Params, x: Tensor, stage: UnetStage, i: number, args: StageArguments): Tensor {
  if (stage.heads === undefined) return x;
  const path = `${stage.path}.attentions.${i}.transformer_blocks.0.attn2`;
  return spatialTransformer(scope(p, `attentions.${i}`), x, {
    heads: stage.heads,
    groups: args.config.norm_num_groups,
    rows: args.text.shape[0] as number,
    text: attendedText(args.text, args.imageContexts),
    extra: imageAttention(args.imageContexts, args.indices.get(path) ?? ""),
  });
}

/** The down blocks, after conv_in gave x. Gives every skip connection, x first; the last is the middle block's input. */
export function contract(
  params: Params,
  x: Tensor,
  args: StageArguments,
  stages: readonly UnetStage[],
): Tensor[] {
  const skips = [x];
  for (const stage of stages.filter(({ kind }) => kind === "down")) {
    const p = scope(params, stage.path);
    stage.inputs.forEach((_, i) => {
      const h = residualBlock(scope(p, `resnets.${i}`), skips.at(-1) as Tensor, blockOptions(args));
      skips.push(attend(p, h, stage, i, args));
    });
    if (!stage.resample) continue;
    skips.push(
      convolution(scope(p, "downsamplers.0.conv"), skips.at(-1) as Tensor, { stride: 2, padding: 1 }),
    );
  }
  return skips;
}

/** The middle block, `stage`: residual block, transformer, residual block. */
export function middle(params: Params, x: Tensor, args: StageArguments, stage: UnetStage): Tensor {
  const p = scope(params, stage.path);
  const h = residualBlock(scope(p, "resnets.0"), x, blockOptions(args));
  return residualBlock(scope(p, "resnets.1"), attend(p, h, stage, 0, args), blockOptions(args));
}

/** Options of every residual block. */
export function blockOptions({ config, activatedTime }: StageArguments) {
  return { groups: config.norm_num_groups, eps: config.norm_eps ?? 1e-5, activatedTime };
}

/** Shapes of a stage; `time` is the width of the time embedding. */
export function stageShapes(config: ContractingConfig, stage: UnetStage, time: number): Shapes {
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
