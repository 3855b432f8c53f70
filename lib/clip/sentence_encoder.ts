/**
 * The text tower of the joint image/text space: the Universal Sentence Encoder "lite" (Cer et al., "Universal Sentence Encoder",
 * 2018, arXiv:1803.11175), as its TensorFlow graph computes it. Stands where the paper has CLIP ViT-H/14's text tower (Sec. 3.3).
 *
 * | symbol | name                                       | shape                |
 * | ------ | ------------------------------------------ | -------------------- |
 * | e      | piece embedding                            | [batch tokens 256]   |
 * | x0     | 2 e + (sin pf | cos pf), p position, f frequencies | [batch tokens 256] |
 * | layer  | y = R x + attention(norm1 x); y + mlp(norm2 y) | 256 → 512, 512 → 512 |
 * | m      | mean over the tokens of the sentence       | [batch 512]          |
 * | s      | tanh(W m + b), divided by its length       | [batch 512]          |
 *
 * Departures from a plain transformer, all the graph's own: the embedding enters twice, R is a learned projection in the first
 * layer (256 → 512) and the identity in the second, heads are 64 and 128 wide, layer norms use eps 1e-6.
 */
import {
  attention,
  layerNorm,
  leaf,
  linear,
  type Params,
  scope,
  type Shapes,
  type Tensor,
  tf,
  UserError,
} from "../engine/mod.ts";
import type { PieceTokenizer } from "./sentence_pieces.ts";

/** Width of a sentence's vector. */
export const SENTENCE_WIDTH = 512;
/** Most pieces the encoder was trained to read. */
export const MAX_PIECES = 128;

const HEADS = 4;
const NORM_EPS = 1e-6;

/** Parameter names and shapes, linear weights as [out in]. */
export const SENTENCE_ENCODER_SHAPES: Shapes = {
  "embedding.weight": [8002, 256],
  "position.frequencies": [128],
  ...layerShapes("layers.0", 256),
  "layers.0.residual.weight": [512, 256],
  "layers.0.residual.bias": [512],
  ...layerShapes("layers.1", 512),
  "output.weight": [512, 512],
  "output.bias": [512],
};

function layerShapes(name: string, width: number): Shapes {
  return {
    [`${name}.norm1.weight`]: [width],
    [`${name}.norm1.bias`]: [width],
    [`${name}.attention.qkv.weight`]: [3 * width, width],
    [`${name}.attention.qkv.bias`]: [3 * width],
    [`${name}.attention.output.weight`]: [512, width],
    [`${name}.attention.output.bias`]: [512],
    [`${name}.norm2.weight`]: [512],
    [`${name}.norm2.bias`]: [512],
    [`${name}.mlp.0.weight`]: [1536, 512],
    [`${name}.mlp.0.bias`]: [1536],
    [`${name}.mlp.2.weight`]: [512, 1536],
    [`${name}.mlp.2.bias`]: [512],
  };
}

/** A batch of sentences, padded to one length: ids [batch tokens], mask [batch tokens] with 1 where a piece stands. */
export interface SentenceTokens {
  /** Piece ids, row-major; 0 on padding. */
  readonly ids: Int32Array;
  /** 1 where a piece stands, 0 on padding. */
  readonly mask: Float32Array;
  /** Number of sentences. */
  readonly batch: number;
  /** Tokens of a row. */
  readonly length: number;
}

/**
 * Pieces of each text, padded with id 0 and mask 0 to `length` (at most 128; default 32).
 *
 * @throws UserError when a text has more pieces than `length`; nothing is cut off silently.
 */
export function sentenceTokens(
  tokenizer: PieceTokenizer,
  texts: readonly string[],
  options: { length?: number } = {},
): SentenceTokens {
  const { length = 32 } = options;
  if (!Number.isInteger(length) || length < 1 || length > MAX_PIECES) {
    throw new RangeError(`sentenceTokens() needs a length from 1 to ${MAX_PIECES}, got ${length}`);
  }
  const ids = new Int32Array(texts.length * length);
  const mask = new Float32Array(texts.length * length);
  texts.forEach((text, row) => {
    const pieces = tokenizer.encode(text);
    if (pieces.length > length) throw tooLong(text, pieces.length, length);
    ids.set(pieces, row * length);
    mask.fill(1, row * length, row * length + pieces.length);
  });
  return { ids, mask, batch: texts.length, length };
}

/** The answer to a text that does not fit. */
export function tooLong(text: string, pieces: number, limit: number): UserError {
  const start = text.length > 40 ? text.slice(0, 40) + "…" : text;
  return new UserError(`Encoding "${start}" failed: expected at most ${limit} word pieces, got ${pieces}`);
}

function heads(x: Tensor, batch: number, tokens: number): Tensor {
  return tf.transpose(tf.reshape(x, [batch, tokens, HEADS, -1]), [0, 2, 1, 3]);
}

function layer(params: Params, x: Tensor, bias: Tensor): Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  const normed = layerNorm(x, leaf(params, "norm1.weight"), leaf(params, "norm1.bias"), { eps: NORM_EPS });
  const qkv = linear(normed, leaf(params, "attention.qkv.weight"), leaf(params, "attention.qkv.bias"));
  const [q, k, v] = tf.split(qkv, 3, -1).map((part) => heads(part, batch, tokens)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const mixed = tf.reshape(tf.transpose(attention(q, k, v, { mask: bias }), [0, 2, 1, 3]), [
    batch,
    tokens,
    width,
  ]);
  const attended = linear(
    mixed,
    leaf(params, "attention.output.weight"),
    leaf(params, "attention.output.bias"),
  );
  const residual = "residual.weight" in params
    ? linear(x, leaf(params, "residual.weight"), leaf(params, "residual.bias"))
    : x;
  const y = tf.add(attended, residual);
  const second = layerNorm(y, leaf(params, "norm2.weight"), leaf(params, "norm2.bias"), { eps: NORM_EPS });
  const hidden = tf.relu(linear(second, leaf(params, "mlp.0.weight"), leaf(params, "mlp.0.bias")));
  return tf.add(linear(hidden, leaf(params, "mlp.2.weight"), leaf(params, "mlp.2.bias")), y);
}

/** The pieces' states behind the last layer [batch tokens 512]; rows of padding mean nothing. */
function pieceStates(params: Params, { ids, mask }: { ids: Tensor; mask: Tensor }): Tensor {
  if (ids.rank !== 2 || ids.shape.join() !== mask.shape.join()) {
    throw new RangeError(
      `sentenceEncoder() needs ids and mask [batch tokens], got [${ids.shape}] and [${mask.shape}]`,
    );
  }
  const [batch, tokens] = ids.shape as [number, number];
  const rows = tf.gather(leaf(params, "embedding.weight"), tf.reshape(ids, [-1]).toInt());
  const e = tf.reshape(rows, [batch, tokens, -1]);
  const positions = tf.tensor(Float32Array.from({ length: tokens }, (_, p) => p), [tokens, 1]);
  const angles = tf.mul(positions, tf.reshape(leaf(params, "position.frequencies"), [1, -1]));
  const signal = tf.concat([tf.sin(angles), tf.cos(angles)], -1); // [tokens 256]
  const bias = tf.reshape(tf.mul(tf.sub(1, mask), -1e9), [batch, 1, 1, tokens]);
  const x = layer(scope(params, "layers.0"), tf.add(tf.mul(e, 2), signal), bias);
  return layer(scope(params, "layers.1"), x, bias);
}

/** x / |x| over the last axis. */
const unit = (x: Tensor): Tensor => tf.div(x, tf.sqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-12)));

/**
 * Embeds sentences. ids int32 [batch tokens], mask float [batch tokens] (1 piece, 0 padding) → [batch 512], each row of length 1.
 * Padding changes nothing: a sentence has the same vector whatever length its batch is padded to.
 *
 * @throws RangeError when ids and mask differ in shape.
 */
export function sentenceEncoder(params: Params, inputs: { ids: Tensor; mask: Tensor }): Tensor {
  const { mask } = inputs;
  const sum = tf.sum(tf.mul(pieceStates(params, inputs), tf.expandDims(mask, -1)), 1);
  const mean = tf.div(sum, tf.maximum(tf.sum(mask, 1, true), 1));
  return unit(tf.tanh(linear(mean, leaf(params, "output.weight"), leaf(params, "output.bias"))));
}

/**
 * The states m is the mean of, one per piece: [batch tokens] twice → [batch tokens 512], each of length 1 as the pooled vector is, padding 0.
 *
 * @throws RangeError when ids and mask differ in shape.
 */
export function sentenceStates(params: Params, inputs: { ids: Tensor; mask: Tensor }): Tensor {
  return tf.mul(unit(pieceStates(params, inputs)), tf.expandDims(inputs.mask, -1));
}
