/**
 * The projection transformer of IPAdapter+ (paper Sec. 3.3 and Fig. 3, grey part; Fig. 2, "projection"): it condenses the encoding of the
 * condition image into a few tokens for the cross-attentions of the U-Net.
 *
 * | symbol | name           | shape                            | SD 1.5            |
 * | ------ | -------------- | -------------------------------- | ----------------- |
 * | E(C)   | `imageEmbeds`  | [batch patches embedding_dim]    | [batch 257 1280]  |
 * | x      | `proj_in` E(C) | [batch patches dim]              | [batch 257 768]   |
 * | l₀     | `latents`      | [1 num_queries dim], learned     | [1 16 768]        |
 * | c      | returned       | [batch num_queries output_dim]   | [batch 16 768]    |
 *
 *     l ← l + Attention(x, l);  l ← l + FF(l)            `depth` times, weights `layers.N.{0,1}.*`
 *     c = LN(proj_out l)
 *
 * E(C) is the penultimate hidden state of the image tower, class token included, before its post-norm; no position is added.
 * Source: tencent-ailab/IP-Adapter, `ip_adapter/resampler.py`, whose state-dict names and field names are kept. 29,918,208 parameters at the
 * SD 1.5 sizes. Departures: the reference's optional position embedding and mean-pooled latents, off in every release, are left out.
 */
import {
  host,
  type HostParams,
  type Key,
  leaf,
  normal,
  type Params,
  scope,
  type Shapes,
  sizeOf,
  type Tensor,
  tf,
} from "../engine/mod.ts";
import { initialize, layerNorm, linear, linearShapes, normShapes, shapeTree } from "../nn/mod.ts";
import { perceiverBlock, perceiverBlockShapes } from "./perceiver_block.ts";

/** Sizes of the IPAdapter+ resampler, under the reference's names. */
export interface ResamplerConfig {
  /** Tells the projections apart; the reference's class name. */
  readonly class: "Resampler";
  /** Width of the transformer. */
  readonly dim: number;
  /** Number of layers. */
  readonly depth: number;
  /** Width of one attention head. */
  readonly dim_head: number;
  /** Heads of every attention; heads · dim_head need not equal dim. */
  readonly heads: number;
  /** Number of image tokens it returns. */
  readonly num_queries: number;
  /** Width of the image encoder's hidden states. */
  readonly embedding_dim: number;
  /** Width of the U-Net's cross-attention. */
  readonly output_dim: number;
  /** Inner width of the feed-forwards as a multiple of dim. */
  readonly ff_mult: number;
}

/** Parameter names and shapes, in the reference's order. */
export function resamplerShapes(config: ResamplerConfig): Shapes {
  const { dim, depth, embedding_dim, num_queries, output_dim } = config;
  return {
    latents: [1, num_queries, dim],
    ...shapeTree({
      proj_in: linearShapes(embedding_dim, dim),
      proj_out: linearShapes(dim, output_dim),
      norm_out: normShapes(output_dim),
      layers: Array.from({ length: depth }, () => perceiverBlockShapes(config)),
    }),
  };
}

/** Fresh parameters as the reference samples them: linear layers uniform in ±1/√in, latents N(0, 1/dim). */
export function initResampler(key: Key, config: ResamplerConfig): HostParams {
  return initialize(
    key,
    resamplerShapes(config),
    (name, shape, own) =>
      name === "latents"
        ? host(normal(own, sizeOf(shape), { std: 1 / Math.sqrt(config.dim) }), shape)
        : undefined,
  );
}

/**
 * Image tokens [batch num_queries output_dim] from `imageEmbeds` [batch patches embedding_dim].
 *
 * @throws RangeError when the embeddings' width is not the config's: usually another image encoder than the adapter's own.
 */
export function resampler(params: Params, imageEmbeds: Tensor, config: ResamplerConfig): Tensor {
  checkTokens("resampler()", "image embeddings", imageEmbeds, config.embedding_dim);
  const x = linear(scope(params, "proj_in"), imageEmbeds);
  let latents = repeatLatents(params, imageEmbeds.shape[0] as number);
  for (let layer = 0; layer < config.depth; layer++) {
    latents = perceiverBlock(scope(params, `layers.${layer}`), latents, { context: x, heads: config.heads });
  }
  return projectOut(params, latents);
}

/** The learned queries, one copy per sample: [batch num_queries dim]. */
export function repeatLatents(params: Params, batch: number): Tensor {
  return tf.tile(leaf(params, "latents"), [batch, 1, 1]);
}

/** c = LN(proj_out l): [batch num_queries dim] → [batch num_queries output_dim]. */
export function projectOut(params: Params, latents: Tensor): Tensor {
  return layerNorm(scope(params, "norm_out"), linear(scope(params, "proj_out"), latents));
}

/** @throws RangeError unless `tokens` is [batch tokens width]. */
export function checkTokens(where: string, what: string, tokens: Tensor, width: number): void {
  if (tokens.rank !== 3 || tokens.shape[2] !== width) {
    throw new RangeError(
      `${where} needs ${what} [batch tokens ${width}], got [${tokens.shape}]: are they from the encoder this adapter was trained with?`,
    );
  }
}
