/** CLIP's text tower: transformers' CLIPTextModelWithProjection (or CLIPTextModel, without the projection), its state-dict names. */
import {
  embedding,
  type HostParams,
  type Key,
  leaf,
  type Params,
  scope,
  type Shapes,
  type Tensor,
  tf,
} from "../engine/mod.ts";
import { initialize, layerNorm, linear, linearShapes, normShapes, shapeTree } from "../nn/mod.ts";
import {
  normOptions,
  type TowerConfig,
  towerInitial,
  towerLayers,
  towerLayersShapes,
} from "./tower_layers.ts";

/** Fields of transformers' CLIPTextConfig that the tower reads; a config.json loads as is. */
export interface TextTowerConfig extends TowerConfig {
  /** Rows of the token table; ids run from 0 to vocab_size − 1. */
  readonly vocab_size: number;
  /** Longest sequence: 77 for CLIP. */
  readonly max_position_embeddings: number;
  /** 2 is the legacy value of SD 1.x configs and means: pool at the row's highest id. Any other: at its first occurrence. */
  readonly eos_token_id: number;
}

/** What the text tower computes. */
export interface TextFeatures {
  /** Embeddings, then each layer's output, before the final norm; [batch tokens hidden] each. */
  readonly hiddenStates: readonly Tensor[];
  /** The last of them after the final norm: what SD 1.5 attends to. */
  readonly lastHiddenState: Tensor;
  /** Its row at the end token [batch hidden]. */
  readonly pooled: Tensor;
  /** pooled, projected into the joint space [batch projection_dim]; not normalised. Absent without projection weights. */
  readonly embeds?: Tensor;
}

/** Logit that a softmax turns into 0. */
const HIDDEN = -1e9;

function causalMask(tokens: number): Tensor {
  const data = Float32Array.from(
    { length: tokens * tokens },
    (_, i) => i % tokens > Math.floor(i / tokens) ? HIDDEN : 0,
  );
  return tf.tensor4d(data, [1, 1, tokens, tokens]);
}

/** One-hot rows [batch tokens] of the pooled positions. */
function poolingPosition(ids: Tensor, config: TextTowerConfig): Tensor {
  const values = tf.cast(ids, "float32");
  const scores = config.eos_token_id === 2
    ? values
    : tf.cast(tf.equal(values, config.eos_token_id), "float32");
  return tf.cast(tf.oneHot(tf.argMax(scores, 1) as tf.Tensor1D, ids.shape[1] as number), "float32");
}

/**
 * Features of token ids: int32 [batch tokens], padded by the tokenizer (no padding mask, as CLIP).
 *
 * @throws RangeError when there are more tokens than positions.
 */
export function textTower(params: Params, config: TextTowerConfig, ids: Tensor): TextFeatures {
  const tokens = ids.shape[1];
  if (ids.rank !== 2 || tokens === undefined || tokens > config.max_position_embeddings) {
    throw new RangeError(
      `textTower() needs ids [batch ≤${config.max_position_embeddings}], got [${ids.shape}]`,
    );
  }
  const p = scope(params, "text_model");
  const table = leaf(p, "embeddings.position_embedding.weight");
  const positions = tokens === table.shape[0] ? table : tf.slice(table, [0, 0], [tokens, -1]);
  const x = tf.add(embedding(leaf(p, "embeddings.token_embedding.weight"), ids), positions);
  const hiddenStates = towerLayers(scope(p, "encoder"), config, x, { mask: causalMask(tokens) });
  const last = layerNorm(scope(p, "final_layer_norm"), hiddenStates.at(-1) as Tensor, normOptions(config));
  const rows = tf.matMul(tf.expandDims(poolingPosition(ids, config), 1), last);
  const pooled = tf.reshape(rows, [-1, config.hidden_size]);
  const projected = "text_projection.weight" in params;
  return {
    hiddenStates,
    lastHiddenState: last,
    pooled,
    ...(projected ? { embeds: linear(scope(params, "text_projection"), pooled) } : {}),
  };
}

/**
 * Names and shapes of the parameters in the reference's state-dict order. SD 1.5's text encoder (ViT-L/14, no projection):
 * 123,060,480 scalars; ViT-H/14's with projection: 354,032,640.
 */
export function textTowerShapes(config: TextTowerConfig, options: { projection?: boolean } = {}): Shapes {
  const { hidden_size: hidden } = config;
  return shapeTree({
    text_model: shapeTree({
      "embeddings.token_embedding": { weight: [config.vocab_size, hidden] },
      "embeddings.position_embedding": { weight: [config.max_position_embeddings, hidden] },
      encoder: towerLayersShapes(config),
      final_layer_norm: normShapes(hidden),
    }),
    ...(options.projection ?? true
      ? { text_projection: linearShapes(hidden, config.projection_dim, { bias: false }) }
      : {}),
  });
}

/** Fresh parameters with CLIP's initial values. */
export function initTextTower(
  from: Key,
  config: TextTowerConfig,
  options: { projection?: boolean } = {},
): HostParams {
  return initialize(from, textTowerShapes(config, options), towerInitial(config));
}
