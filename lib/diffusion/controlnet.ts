/**
 * ControlNet (Zhang et al. 2023): a copy of the U-Net's contracting half sees a conditioning image and adds residuals to the U-Net's skip
 * connections. diffusers' ControlNetModel under its state-dict names; the result is an argument of the U-Net.
 *
 * | symbol | name          | shape |
 * | z_t, t | sample, timestep, text | as the U-Net's |
 * | c      | conditioning  | [batch conditioning_channels f·height f·width], RGB in [0, 1] |
 */
import {
  filled,
  type HostParams,
  type Key,
  type Params,
  scope,
  type Shapes,
  silu,
  type Tensor,
  tf,
} from "../engine/mod.ts";
import { convolution, convolutionShapes, initialize, shapeTree } from "../nn/mod.ts";
import { timestepEmbeddingShapes } from "./timestep_embedding.ts";
import type { UnetInputs, UnetResiduals } from "./unet.ts";
import { type ContractingConfig, contractingStages, type UnetStage } from "./unet_config.ts";
import { activatedTimestep, contract, middle, type StageArguments, stageShapes } from "./unet_stages.ts";

/** Fields of diffusers' ControlNetModel config that this ControlNet reads; a config.json loads as is. */
export interface ControlnetConfig extends ContractingConfig {
  /** Channels of the conditioning image: 3. */
  readonly conditioning_channels?: number;
  /** Channels of the conditioning image's embedding; every entry but the last halves the image's sides. */
  readonly conditioning_embedding_out_channels: readonly number[];
  /** "rgb" if absent; others are not read. */
  readonly controlnet_conditioning_channel_order?: string;
  /** Whether residuals are averaged over their places, as the shuffle ControlNet's are; not read. */
  readonly global_pool_conditions?: boolean;
}

/** Inputs of {@link controlnet}. */
export interface ControlnetInputs extends Pick<UnetInputs, "sample" | "timestep" | "text"> {
  /** [batch conditioning_channels f·height f·width], RGB in [0, 1]. */
  readonly conditioning: Tensor;
  /** Factor of every residual, a number or a scalar tensor; 1 if absent, 0 is the plain U-Net. */
  readonly scale?: number | Tensor;
}

/** Image sides per latent side that the embedding undoes: 8 for SD 1.5. */
export function conditioningFactor(config: ControlnetConfig): number {
  return 2 ** (config.conditioning_embedding_out_channels.length - 1);
}

function embedCondition(p: Params, config: ControlnetConfig, condition: Tensor): Tensor {
  let x = silu(convolution(scope(p, "conv_in"), condition, { padding: 1 }));
  for (let i = 0; i < 2 * (config.conditioning_embedding_out_channels.length - 1); i++) {
    x = silu(convolution(scope(p, `blocks.${i}`), x, { padding: 1, stride: i % 2 === 0 ? 1 : 2 }));
  }
  return convolution(scope(p, "conv_out"), x, { padding: 1 });
}

/**
 * Residuals for `unet(…, { residuals })`.
 *
 * @throws RangeError when the conditioning image does not have f times the latent's sides.
 */
export function controlnet(
  params: Params,
  config: ControlnetConfig,
  inputs: ControlnetInputs,
): UnetResiduals {
  const { sample, timestep, text, conditioning, scale = 1 } = inputs;
  const factor = conditioningFactor(config);
  const [batch, , height, width] = sample.shape as [number, number, number, number];
  const expected = [batch, config.conditioning_channels ?? 3, height * factor, width * factor];
  if (conditioning.shape.join() !== expected.join()) {
    throw new RangeError(
      `controlnet() needs conditioning [${expected.join(" ")}], got [${conditioning.shape}]`,
    );
  }
  const args: StageArguments = {
    config,
    activatedTime: activatedTimestep(params, config, timestep),
    text,
    imageContexts: [],
    indices: new Map(),
  };
  const stages = contractingStages(config);
  const entry = tf.add(
    convolution(scope(params, "conv_in"), sample, { padding: 1 }),
    embedCondition(scope(params, "controlnet_cond_embedding"), config, conditioning),
  );
  const skips = contract(params, entry, args, stages);
  const mid = middle(params, skips.at(-1) as Tensor, args, stages.at(-1) as UnetStage);
  const release = (name: string, x: Tensor) => tf.mul(convolution(scope(params, name), x), scale);
  return {
    down: skips.map((skip, i) => release(`controlnet_down_blocks.${i}`, skip)),
    mid: release("controlnet_mid_block", mid),
  };
}

function embeddingShapes(config: ControlnetConfig): Shapes {
  const widths = config.conditioning_embedding_out_channels;
  const first = widths[0] as number, last = widths.at(-1) as number;
  return shapeTree({
    conv_in: convolutionShapes(config.conditioning_channels ?? 3, first, { kernel: 3 }),
    blocks: widths.slice(1).flatMap((next, i) => {
      const width = widths[i] as number;
      return [convolutionShapes(width, width, { kernel: 3 }), convolutionShapes(width, next, { kernel: 3 })];
    }),
    conv_out: convolutionShapes(last, config.block_out_channels[0] as number, { kernel: 3 }),
  });
}

/** Names and shapes of the parameters in the reference's state-dict order. SD 1.5: 361,279,120 scalars. */
export function controlnetShapes(config: ControlnetConfig): Shapes {
  const first = config.block_out_channels[0] as number;
  const stages = contractingStages(config);
  const down = stages.slice(0, -1), mid = stages.at(-1) as UnetStage;
  const skipWidths = [
    first,
    ...down.flatMap(({ inputs, channels, resample }) =>
      Array.from({ length: inputs.length + Number(resample) }, () => channels)
    ),
  ];
  const zero = (width: number) => convolutionShapes(width, width, { kernel: 1 });
  return shapeTree({
    conv_in: convolutionShapes(config.in_channels, first, { kernel: 3 }),
    time_embedding: timestepEmbeddingShapes(first, 4 * first),
    controlnet_cond_embedding: embeddingShapes(config),
    ...Object.fromEntries(down.map((stage) => [stage.path, stageShapes(config, stage, 4 * first)])),
    controlnet_down_blocks: skipWidths.map(zero),
    controlnet_mid_block: zero(mid.channels),
    [mid.path]: stageShapes(config, mid, 4 * first),
  });
}

/**
 * Fresh parameters: what the U-Net has too is copied from it, the 1×1 convolutions that release residuals and the embedding's last one are
 * zero, so that a fresh ControlNet leaves the U-Net as it is. The rest has PyTorch's defaults.
 */
export function initControlnet(from: Key, config: ControlnetConfig, unetParams: HostParams): HostParams {
  const released = /^(controlnet_down_blocks|controlnet_mid_block|controlnet_cond_embedding\.conv_out)\./;
  return initialize(from, controlnetShapes(config), (name, shape) => {
    if (released.test(name)) return filled(0, shape);
    const copied = unetParams[name];
    return copied && { ...copied, data: copied.data.slice() };
  });
}
