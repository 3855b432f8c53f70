/** Configuration of the U-Net in diffusers' field names, and the list of stages that it describes. */

/** Fields of the contracting half of a U-Net, which a ControlNet has alone, in diffusers' names. */
export interface ContractingConfig {
  /** Channels of the latents: 4. */
  readonly in_channels: number;
  /** "CrossAttnDownBlock2D" or "DownBlock2D", from fine to coarse. */
  readonly down_block_types: readonly string[];
  /** Channels of each block, from fine to coarse. */
  readonly block_out_channels: readonly number[];
  /** Residual blocks per down block; up blocks have one more. */
  readonly layers_per_block: number;
  /** Groups of every group norm; divides each block's channels. */
  readonly norm_num_groups: number;
  /** Added to the variance in the group norms of residual blocks; 1e-5 if absent. */
  readonly norm_eps?: number;
  /** Width of the text tokens. */
  readonly cross_attention_dim: number;
  /** The NUMBER of heads, for all blocks or per down block (the reference's misnomer); `num_attention_heads` comes first. */
  readonly attention_head_dim: number | readonly number[];
  /** The number of heads where the config says it by its right name. */
  readonly num_attention_heads?: number | readonly number[] | null;
  /** Whether transformers project by linear layers in place of 1×1 convolutions; false if absent. */
  readonly use_linear_projection?: boolean;
  /** Whether the timestep embedding's cosines come first; true if absent. */
  readonly flip_sin_to_cos?: boolean;
  /** Shift in the timestep frequencies' exponent; 0 if absent. */
  readonly freq_shift?: number;
}

/**
 * Fields of diffusers' UNet2DConditionModel config that this U-Net reads; a config.json loads as is. What it cannot honour is
 * refused by {@link unetStages}.
 */
export interface UnetConfig extends ContractingConfig {
  /** Channels of the prediction: those of the latents. */
  readonly out_channels: number;
  /** "CrossAttnUpBlock2D" or "UpBlock2D", from coarse to fine. */
  readonly up_block_types: readonly string[];
  /** Side of the latents in training; not read, any side that the blocks can halve works. */
  readonly sample_size?: number | null;
}

/** Values of further reference fields that this U-Net implies; absent or null counts as given. */
const IMPLIED: Record<string, unknown> = {
  center_input_sample: false,
  mid_block_type: "UNetMidBlock2DCrossAttn",
  only_cross_attention: false,
  downsample_padding: 1,
  mid_block_scale_factor: 1,
  act_fn: "silu",
  transformer_layers_per_block: 1,
  dual_cross_attention: false,
  class_embed_type: undefined,
  addition_embed_type: undefined,
  resnet_time_scale_shift: "default",
  resnet_skip_time_act: false,
  resnet_out_scale_factor: 1,
  time_embedding_type: "positional",
  time_embedding_dim: undefined,
  time_cond_proj_dim: undefined,
  encoder_hid_dim: undefined,
  conv_in_kernel: 3,
  conv_out_kernel: 3,
  attention_type: "default",
};

/** One block of the U-Net: its residual blocks and, where `heads` is set, a transformer after each of them. */
export interface UnetStage {
  /** Which half, or the middle between them. */
  readonly kind: "down" | "up" | "mid";
  /** State-dict name: "down_blocks.0", "mid_block", "up_blocks.3". */
  readonly path: string;
  /** Input channels of each residual block; in up blocks the skip connection's are included. */
  readonly inputs: readonly number[];
  /** Channels that each residual block gives. */
  readonly channels: number;
  /** Heads of the transformers; absent in blocks without attention. */
  readonly heads?: number;
  /** Whether a halving (down) or doubling (up) follows. */
  readonly resample: boolean;
}

function headsOf(config: ContractingConfig, level: number): number {
  const heads = config.num_attention_heads ?? config.attention_head_dim;
  return typeof heads === "number" ? heads : heads[level] as number;
}

function hasAttention(type: string, expected: readonly [string, string]): boolean {
  if (type !== expected[0] && type !== expected[1]) {
    throw new RangeError(`The U-Net's blocks must be ${expected.join(" or ")}, got "${type}"`);
  }
  return type === expected[0];
}

function widthOf(config: ContractingConfig, level: number): number {
  const widths = config.block_out_channels;
  return widths[Math.min(Math.max(level, 0), widths.length - 1)] as number;
}

function checkLevels(config: ContractingConfig, types: readonly string[], which: string): void {
  const levels = config.block_out_channels.length;
  if (types.length !== levels) {
    throw new RangeError(
      `A U-Net needs as many ${which}_block_types as block_out_channels: expected ${levels}, got ${types.length}`,
    );
  }
}

/**
 * The down blocks and, last, the middle block.
 *
 * @throws RangeError when the config asks for something this U-Net has not, or its lists differ in length.
 */
export function contractingStages(config: ContractingConfig): UnetStage[] {
  for (const [field, value] of Object.entries(IMPLIED)) {
    const given = (config as unknown as Record<string, unknown>)[field] ?? undefined;
    if (given !== undefined && given !== value) {
      throw new RangeError(`A U-Net here needs ${field} = ${value ?? "null"}, got ${JSON.stringify(given)}`);
    }
  }
  checkLevels(config, config.down_block_types, "down");
  for (const [level, width] of config.block_out_channels.entries()) {
    const attends = config.down_block_types[level] !== "DownBlock2D" ||
      level === config.block_out_channels.length - 1;
    for (const parts of [config.norm_num_groups, ...(attends ? [headsOf(config, level)] : [])]) {
      if (!(width % parts === 0)) {
        throw new RangeError(
          `A U-Net needs block_out_channels that its groups and heads divide, got ${width} for ${parts}`,
        );
      }
    }
  }
  const last = config.block_out_channels.length - 1;
  const down = config.down_block_types.map((type, i): UnetStage => ({
    kind: "down",
    path: `down_blocks.${i}`,
    inputs: Array.from({ length: config.layers_per_block }, (_, j) => widthOf(config, j === 0 ? i - 1 : i)),
    channels: widthOf(config, i),
    ...(hasAttention(type, ["CrossAttnDownBlock2D", "DownBlock2D"]) ? { heads: headsOf(config, i) } : {}),
    resample: i < last,
  }));
  const channels = widthOf(config, last);
  const mid = { inputs: [channels, channels], channels, heads: headsOf(config, last), resample: false };
  return [...down, { kind: "mid", path: "mid_block", ...mid }];
}

/**
 * The up blocks: each has one residual block more than a down block, and takes the skip connections of its level and, last, of the
 * next finer one.
 */
export function expandingStages(config: UnetConfig): UnetStage[] {
  checkLevels(config, config.up_block_types, "up");
  const last = config.block_out_channels.length - 1;
  const layers = config.layers_per_block;
  return config.up_block_types.map((type, i): UnetStage => {
    const level = last - i;
    const inputs = Array.from({ length: layers + 1 }, (_, j) => {
      const running = widthOf(config, j === 0 ? level + 1 : level);
      return running + widthOf(config, j === layers ? level - 1 : level);
    });
    return {
      kind: "up",
      path: `up_blocks.${i}`,
      inputs,
      channels: widthOf(config, level),
      ...(hasAttention(type, ["CrossAttnUpBlock2D", "UpBlock2D"]) ? { heads: headsOf(config, level) } : {}),
      resample: i < last,
    };
  });
}

/** All blocks of a U-Net in state-dict order: down, up, mid last. */
export function unetStages(config: UnetConfig): UnetStage[] {
  const contracting = contractingStages(config);
  return [...contracting.slice(0, -1), ...expandingStages(config), contracting.at(-1) as UnetStage];
}

/** A cross-attention layer that takes image contexts. */
export interface CrossAttentionLayer {
  /** Number in IP-Adapter checkpoints: "1", "3", … (even numbers are self-attention layers). */
  readonly index: string;
  /** State-dict name: "down_blocks.0.attentions.0.transformer_blocks.0.attn2". */
  readonly path: string;
  /** That of the stage it is in, as in {@link UnetStage.path}. */
  readonly stage: string;
  /** Width of its keys and values. */
  readonly width: number;
}

/** Every cross-attention layer in the order of IP-Adapter checkpoints: down, up, mid last. */
export function crossAttentionLayers(config: UnetConfig): CrossAttentionLayer[] {
  const paths = unetStages(config).filter((stage) => stage.heads !== undefined).flatMap((stage) =>
    Array.from({ length: stage.kind === "mid" ? 1 : stage.inputs.length }, (_, i) => ({
      path: `${stage.path}.attentions.${i}.transformer_blocks.0.attn2`,
      stage: stage.path,
      width: stage.channels,
    }))
  );
  return paths.map((layer, i) => ({ index: `${2 * i + 1}`, ...layer }));
}
