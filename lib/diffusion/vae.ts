/**
 * The autoencoder between images and latents: diffusers' AutoencoderKL, under its state-dict names.
 *
 * | symbol  | name    | shape |
 * | x       | pixels  | [batch in_channels height width] in [-1, 1]; sides are multiples of {@link vaeFactor} |
 * | μ, lnσ² | moments | two of [batch latent_channels height/f width/f] |
 * | z       | latents | like μ, already times `scaling_factor` (std about 1), as sampled, denoised and decoded here |
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
import { convolution, convolutionShapes, groupNorm, initialize, normShapes, shapeTree } from "../nn/mod.ts";
import { residualBlock, residualBlockShapes, upsample } from "./residual_block.ts";
import { pixelAttention, pixelAttentionShapes } from "./vae_attention.ts";

/** Fields of diffusers' AutoencoderKL config that this autoencoder reads; a config.json loads as is. */
export interface VaeConfig {
  /** Channels of the image: 3. */
  readonly in_channels: number;
  /** Channels of the decoded image: 3. */
  readonly out_channels: number;
  /** Channels of the latents: 4. */
  readonly latent_channels: number;
  /** From fine to coarse; every level but the last halves the image. */
  readonly block_out_channels: readonly number[];
  /** Residual blocks per encoder level; decoder levels have one more. */
  readonly layers_per_block: number;
  /** Groups of every group norm; divides each level's channels. */
  readonly norm_num_groups: number;
  /** Factor that brings latents to a standard deviation of about 1. */
  readonly scaling_factor: number;
  /** Subtracted from latents before they are scaled; 0 if absent or null, as in SD 1.5. */
  readonly shift_factor?: number | null;
  /** Whether a 1×1 convolution follows the encoder; true if absent. */
  readonly use_quant_conv?: boolean;
  /** Whether a 1×1 convolution precedes the decoder; true if absent. */
  readonly use_post_quant_conv?: boolean;
  /** Whether the middle blocks attend over all pixels; true if absent. */
  readonly mid_block_add_attention?: boolean;
  /**
   * Side of the squares of pixels that enter and leave as channels of one place, as in diffusers' later autoencoders; 1 if absent. Small
   * models gain: their finest level is wide instead of large.
   */
  readonly patch_size?: number;
  /** Side of the images in training; not read. */
  readonly sample_size?: number;
}

/** Mean and log variance of the latents' normal distribution, both [batch latent_channels height/f width/f]. */
export interface LatentMoments {
  /** μ, not yet times `scaling_factor`. */
  readonly mean: Tensor;
  /** Clamped to [-30, 20]. */
  readonly logvar: Tensor;
}

/** Reference fields whose only supported value, where they are given, is this one. */
const IMPLIED: Readonly<Record<string, unknown>> = { act_fn: "silu", latents_mean: null, latents_std: null };

/** @throws RangeError when the configuration asks for something that is not built. */
function checkConfig(config: VaeConfig): void {
  const given = config as unknown as Record<string, unknown>;
  for (const [field, value] of Object.entries(IMPLIED)) {
    if (given[field] !== undefined && given[field] !== value) {
      throw new RangeError(
        `An autoencoder here needs ${field} = ${value}, got ${JSON.stringify(given[field])}`,
      );
    }
  }
  for (
    const [field, type] of [["down_block_types", "DownEncoderBlock2D"], [
      "up_block_types",
      "UpDecoderBlock2D",
    ]]
  ) {
    const blocks = given[field as string];
    if (Array.isArray(blocks) && blocks.some((block) => block !== type)) {
      throw new RangeError(`An autoencoder here needs ${field} of ${type} only, got ${blocks.join(", ")}`);
    }
  }
  const odd = config.block_out_channels.find((width) => width % config.norm_num_groups !== 0);
  if (odd !== undefined) {
    throw new RangeError(
      `An autoencoder needs block_out_channels that its groups divide, got ${odd} for ${config.norm_num_groups}`,
    );
  }
}

/** Every group norm of the autoencoder. */
const EPS = 1e-6;

/** Image sides per latent side: 8 for SD 1.5. */
export function vaeFactor(config: VaeConfig): number {
  return patchSize(config) * 2 ** (config.block_out_channels.length - 1);
}

function patchSize(config: VaeConfig): number {
  return config.patch_size ?? 1;
}

/** [batch channels side·height side·width] → [batch channels·side² height width]. */
function pixelsToChannels(x: Tensor, side: number): Tensor {
  if (side === 1) return x;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const squares = tf.reshape(x, [batch, channels, height / side, side, width / side, side]);
  return tf.reshape(tf.transpose(squares, [0, 1, 3, 5, 2, 4]), [
    batch,
    channels * side * side,
    height / side,
    width / side,
  ]);
}

/** The inverse of {@link pixelsToChannels}. */
function channelsToPixels(x: Tensor, side: number): Tensor {
  if (side === 1) return x;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const squares = tf.reshape(x, [batch, channels / side ** 2, side, side, height, width]);
  return tf.reshape(tf.transpose(squares, [0, 1, 4, 2, 5, 3]), [
    batch,
    channels / side ** 2,
    side * height,
    side * width,
  ]);
}

function norms(config: VaeConfig) {
  return { groups: config.norm_num_groups, eps: EPS };
}

function hasAttention(config: VaeConfig): boolean {
  return config.mid_block_add_attention ?? true;
}

function middle(p: Params, x: Tensor, config: VaeConfig): Tensor {
  let h = residualBlock(scope(p, "resnets.0"), x, norms(config));
  if (hasAttention(config)) h = pixelAttention(scope(p, "attentions.0"), h, norms(config));
  return residualBlock(scope(p, "resnets.1"), h, norms(config));
}

function output(p: Params, x: Tensor, config: VaeConfig): Tensor {
  const normed = groupNorm(scope(p, "conv_norm_out"), x, norms(config));
  return convolution(scope(p, "conv_out"), silu(normed), { padding: 1 });
}

/**
 * Distribution of the latents of an image (unscaled). pixels [batch in_channels height width] in [-1, 1].
 *
 * @throws RangeError when the sides are no multiples of {@link vaeFactor} or the channels differ.
 */
export function vaeEncode(params: Params, config: VaeConfig, pixels: Tensor): LatentMoments {
  const factor = vaeFactor(config);
  const [, channels, height, width] = pixels.shape as [number, number, number, number];
  if (pixels.rank !== 4 || channels !== config.in_channels || height % factor !== 0 || width % factor !== 0) {
    throw new RangeError(
      `vaeEncode() needs pixels [batch ${config.in_channels} height width] with sides divisible by ${factor}, got [${pixels.shape}]`,
    );
  }
  const encoder = scope(params, "encoder");
  let x = convolution(scope(encoder, "conv_in"), pixelsToChannels(pixels, patchSize(config)), { padding: 1 });
  config.block_out_channels.forEach((_, level) => {
    const p = scope(encoder, `down_blocks.${level}`);
    for (let i = 0; i < config.layers_per_block; i++) {
      x = residualBlock(scope(p, `resnets.${i}`), x, norms(config));
    }
    if (level === config.block_out_channels.length - 1) return;
    x = convolution(scope(p, "downsamplers.0.conv"), x, { stride: 2, padding: [0, 1, 0, 1] });
  });
  x = output(encoder, middle(scope(encoder, "mid_block"), x, config), config);
  if (config.use_quant_conv ?? true) x = convolution(scope(params, "quant_conv"), x);
  const [mean, logvar] = tf.split(x, 2, 1) as [Tensor, Tensor];
  return { mean, logvar: tf.clipByValue(logvar, -30, 20) };
}

/** Latents as they are denoised: shifted and scaled. */
function scaled(latents: Tensor, config: VaeConfig): Tensor {
  const shift = config.shift_factor ?? 0;
  return tf.mul(shift === 0 ? latents : tf.sub(latents, shift), config.scaling_factor);
}

/** A sample of the latents' distribution, times `scaling_factor`: s (μ + σ ε). noise like mean, standard normal. */
export function vaeSample(moments: LatentMoments, config: VaeConfig, noise: Tensor): Tensor {
  const std = tf.exp(tf.mul(moments.logvar, 0.5));
  return scaled(tf.add(moments.mean, tf.mul(std, noise)), config);
}

/** The distribution's mean, times `scaling_factor`: the latents without randomness. */
export function vaeMean(moments: LatentMoments, config: VaeConfig): Tensor {
  return scaled(moments.mean, config);
}

/**
 * Kullback-Leibler divergence of the latents' distribution from the standard normal, in nats, summed over a sample's elements:
 * ½ Σ (μ² + σ² − 1 − ln σ²). → [batch].
 */
export function vaeDivergence({ mean, logvar }: LatentMoments): Tensor {
  const terms = tf.sub(tf.sub(tf.add(tf.square(mean), tf.exp(logvar)), 1), logvar);
  return tf.mul(tf.sum(terms, [1, 2, 3]), 0.5);
}

/** Image of scaled latents [batch latent_channels height width] → [batch out_channels f·height f·width], about [-1, 1], not clipped. */
export function vaeDecode(params: Params, config: VaeConfig, latents: Tensor): Tensor {
  if (latents.rank !== 4 || latents.shape[1] !== config.latent_channels) {
    throw new RangeError(
      `vaeDecode() needs latents [batch ${config.latent_channels} height width], got [${latents.shape}]`,
    );
  }
  const shift = config.shift_factor ?? 0;
  let x = tf.div(latents, config.scaling_factor);
  if (shift !== 0) x = tf.add(x, shift);
  if (config.use_post_quant_conv ?? true) x = convolution(scope(params, "post_quant_conv"), x);
  const decoder = scope(params, "decoder");
  x = convolution(scope(decoder, "conv_in"), x, { padding: 1 });
  x = middle(scope(decoder, "mid_block"), x, config);
  config.block_out_channels.forEach((_, level) => {
    const p = scope(decoder, `up_blocks.${level}`);
    for (let i = 0; i <= config.layers_per_block; i++) {
      x = residualBlock(scope(p, `resnets.${i}`), x, norms(config));
    }
    if (level < config.block_out_channels.length - 1) x = upsample(scope(p, "upsamplers.0"), x);
  });
  return channelsToPixels(output(decoder, x, config), patchSize(config));
}

function middleShapes(channels: number, config: VaeConfig): Shapes {
  return shapeTree({
    ...(hasAttention(config) ? { attentions: [pixelAttentionShapes(channels)] } : {}),
    resnets: [residualBlockShapes(channels, channels), residualBlockShapes(channels, channels)],
  });
}

/** A level's shapes: `count` residual blocks, the first from `inputs` channels, then a resampling convolution if named. */
function levelShapes(inputs: number, outputs: number, options: { count: number; sampler?: string }): Shapes {
  const { count, sampler } = options;
  const convolve = shapeTree({ conv: convolutionShapes(outputs, outputs, { kernel: 3 }) });
  return shapeTree({
    resnets: Array.from(
      { length: count },
      (_, i) => residualBlockShapes(i === 0 ? inputs : outputs, outputs),
    ),
    ...(sampler ? { [sampler]: [convolve] } : {}),
  });
}

function ladder(widths: readonly number[], options: { count: number; sampler: string }): Shapes[] {
  return widths.map((width, i) =>
    levelShapes(widths[Math.max(i - 1, 0)] as number, width, {
      count: options.count,
      ...(i < widths.length - 1 ? { sampler: options.sampler } : {}),
    })
  );
}

/**
 * Names and shapes of the parameters in the reference's state-dict order. SD 1.5's VAE: 83,653,863 scalars.
 *
 * @throws RangeError when the configuration asks for something that is not built.
 */
export function vaeShapes(config: VaeConfig): Shapes {
  checkConfig(config);
  const { block_out_channels: widths, latent_channels: latent, layers_per_block: layers } = config;
  const first = widths[0] as number, top = widths.at(-1) as number;
  const moments = 2 * latent;
  const pixels = patchSize(config) ** 2;
  return shapeTree({
    encoder: shapeTree({
      conv_in: convolutionShapes(config.in_channels * pixels, first, { kernel: 3 }),
      down_blocks: ladder(widths, { count: layers, sampler: "downsamplers" }),
      mid_block: middleShapes(top, config),
      conv_norm_out: normShapes(top),
      conv_out: convolutionShapes(top, moments, { kernel: 3 }),
    }),
    decoder: shapeTree({
      conv_in: convolutionShapes(latent, top, { kernel: 3 }),
      up_blocks: ladder(widths.toReversed(), { count: layers + 1, sampler: "upsamplers" }),
      mid_block: middleShapes(top, config),
      conv_norm_out: normShapes(first),
      conv_out: convolutionShapes(first, config.out_channels * pixels, { kernel: 3 }),
    }),
    ...(config.use_quant_conv ?? true
      ? { quant_conv: convolutionShapes(moments, moments, { kernel: 1 }) }
      : {}),
    ...(config.use_post_quant_conv ?? true
      ? { post_quant_conv: convolutionShapes(latent, latent, { kernel: 1 }) }
      : {}),
  });
}

/** Fresh parameters with PyTorch's default initial values. */
export function initVae(from: Key, config: VaeConfig): HostParams {
  return initialize(from, vaeShapes(config));
}
