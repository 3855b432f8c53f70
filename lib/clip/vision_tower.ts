/**
 * CLIP's vision tower: transformers' CLIPVisionModelWithProjection, its state-dict names.
 *
 * Departure: the optional `conv_stem`, absent in the reference's configs, puts small convolutions before the patch embedding; a small
 * tower learns faster with them from few images (Xiao et al. 2021, "Early convolutions help transformers see better").
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
  convolution,
  convolutionShapes,
  groupNorm,
  initialize,
  layerNorm,
  linear,
  linearShapes,
  normShapes,
  shapeTree,
} from "../nn/mod.ts";
import {
  normOptions,
  type TowerConfig,
  towerInitial,
  towerLayers,
  towerLayersShapes,
} from "./tower_layers.ts";

/** Fields of transformers' CLIPVisionConfig that the tower reads; a config.json loads as is. */
export interface VisionTowerConfig extends TowerConfig {
  /** Channels of the image; 3 if absent. */
  readonly num_channels?: number;
  /** Side of the square image in pixels. */
  readonly image_size: number;
  /** Side of a patch in image pixels, stem included. */
  readonly patch_size: number;
  /** Channels of 3×3 convolutions of stride 2, each followed by group norm and SiLU; every one halves what is left of the patch. */
  readonly conv_stem?: readonly number[];
  /** Groups of the stem's norms; 8 if absent. */
  readonly conv_stem_groups?: number;
}

/** What the vision tower computes. Tokens: the class token, then (image/patch)² patches row by row. */
export interface VisionFeatures {
  /** Embeddings after their norm, then each layer's output; [batch tokens hidden] each. */
  readonly hiddenStates: readonly Tensor[];
  /** The last of them, not normalised. */
  readonly lastHiddenState: Tensor;
  /** The last but one: what IP-Adapter+ and IPAdapter-Instruct take as image features. */
  readonly penultimate: Tensor;
  /** The class token after the last norm [batch hidden]. */
  readonly pooled: Tensor;
  /** pooled, projected into the joint space [batch projection_dim]; not normalised. */
  readonly embeds: Tensor;
}

/** Tokens of one image: 257 for ViT-H/14 at 224 px. */
export function visionTokens(config: VisionTowerConfig): number {
  return 1 + Math.floor(config.image_size / config.patch_size) ** 2;
}

/** Side of the patch embedding's kernel: what the stem leaves of a patch. */
function patchKernel(config: VisionTowerConfig): number {
  const kernel = config.patch_size / 2 ** (config.conv_stem?.length ?? 0);
  if (!Number.isInteger(kernel)) {
    throw new RangeError(
      `A conv_stem of ${config.conv_stem?.length} layers needs a patch_size divisible by ${
        2 ** (config.conv_stem?.length ?? 0)
      }, ` +
        `got ${config.patch_size}`,
    );
  }
  return kernel;
}

function embedPatches(p: Params, config: VisionTowerConfig, pixels: Tensor): Tensor {
  let x = pixels;
  config.conv_stem?.forEach((_, i) => {
    const own = scope(p, `conv_stem.${i}`);
    x = convolution(scope(own, "conv"), x, { stride: 2, padding: 1 });
    x = silu(groupNorm(scope(own, "norm"), x, { groups: config.conv_stem_groups ?? 8 }));
  });
  const patches = convolution(scope(p, "patch_embedding"), x, { stride: patchKernel(config) });
  const batch = pixels.shape[0] as number, hidden = config.hidden_size;
  const rows = tf.transpose(tf.reshape(patches, [batch, hidden, -1]), [0, 2, 1]);
  const first = tf.tile(tf.reshape(leaf(p, "class_embedding"), [1, 1, hidden]), [batch, 1, 1]);
  return tf.add(tf.concat([first, rows], 1), leaf(p, "position_embedding.weight"));
}

/**
 * Features of preprocessed images [batch channels image_size image_size].
 *
 * @throws RangeError when the images have another size.
 */
export function visionTower(params: Params, config: VisionTowerConfig, pixels: Tensor): VisionFeatures {
  const expected = [config.num_channels ?? 3, config.image_size, config.image_size];
  if (pixels.rank !== 4 || pixels.shape.slice(1).join() !== expected.join()) {
    throw new RangeError(`visionTower() needs pixels [batch ${expected.join(" ")}], got [${pixels.shape}]`);
  }
  const p = scope(params, "vision_model");
  const embedded = embedPatches(scope(p, "embeddings"), config, pixels);
  const x = layerNorm(scope(p, "pre_layrnorm"), embedded, normOptions(config));
  const hiddenStates = towerLayers(scope(p, "encoder"), config, x);
  const last = hiddenStates.at(-1) as Tensor;
  const classToken = tf.reshape(tf.slice(last, [0, 0, 0], [-1, 1, -1]), [-1, config.hidden_size]);
  const pooled = layerNorm(scope(p, "post_layernorm"), classToken, normOptions(config));
  return {
    hiddenStates,
    lastHiddenState: last,
    penultimate: hiddenStates.at(-2) as Tensor,
    pooled,
    embeds: linear(scope(params, "visual_projection"), pooled),
  };
}

/** Names and shapes of the parameters in the reference's state-dict order. ViT-H/14: 632,076,800 scalars. */
export function visionTowerShapes(config: VisionTowerConfig): Shapes {
  const { hidden_size: hidden, num_channels: channels = 3, conv_stem: stem = [] } = config;
  const convolve = (outputs: number, i: number) =>
    shapeTree({
      conv: convolutionShapes(stem[i - 1] ?? channels, outputs, { kernel: 3, bias: false }),
      norm: normShapes(outputs),
    });
  const kernel = patchKernel(config);
  return {
    "vision_model.embeddings.class_embedding": [hidden],
    ...shapeTree({
      vision_model: shapeTree({
        embeddings: shapeTree({
          conv_stem: stem.map(convolve),
          patch_embedding: convolutionShapes(stem.at(-1) ?? channels, hidden, { kernel, bias: false }),
          position_embedding: { weight: [visionTokens(config), hidden] },
        }),
        pre_layrnorm: normShapes(hidden),
        encoder: towerLayersShapes(config),
        post_layernorm: normShapes(hidden),
      }),
      visual_projection: linearShapes(hidden, config.projection_dim, { bias: false }),
    }),
  };
}

/** Fresh parameters with CLIP's initial values. */
export function initVisionTower(from: Key, config: VisionTowerConfig): HostParams {
  return initialize(from, visionTowerShapes(config), towerInitial(config));
}
