/**
 * The adapter's training step: text encoder, Instruct projection and U-Net forward and backward, clipping, AdamW; the base is frozen. The
 * configuration of Table 1's Instruct rows.
 *
 * Every weight of the projection is sampled at PyTorch's default size, also those that a fresh adapter has at zero: a zero would hide the
 * gradients behind it from the comparison.
 */
import {
  combine,
  fold,
  host,
  type HostArray,
  type HostParams,
  type Key,
  key,
  loadStrict,
  normal,
  prefixed,
  scope,
  type Shapes,
  sizeOf,
} from "../../lib/engine/mod.ts";
import {
  imageContextShapes,
  initImageContext,
  type InstructResamplerConfig,
  instructResamplerShapes,
  type ProjectionConfig,
} from "../../lib/adapter/mod.ts";
import { initTextTower, visionTokens } from "../../lib/clip/mod.ts";
import { initUnet, noiseSchedule, SD_SCHEDULE, type UnetConfig } from "../../lib/diffusion/mod.ts";
import { initialize } from "../../lib/nn/mod.ts";
import {
  adapterBatch,
  type AdapterItem,
  compileAdapterStep,
  latentShape,
  PAPER_RECIPE,
} from "../../lib/training/mod.ts";
import type { BaseModel } from "../../experiments/mini/frozen.ts";
import { MINI_INSTRUCT, MINI_UNET, MINI_VISION } from "../../experiments/mini/models.ts";
import { type Captioning, miniCaptioning, randomCaptions, tokenizerOf } from "./captions.ts";
import { trainingWork } from "./training_work.ts";
import { shapesOf, type Work } from "../timing/work.ts";

/** Sizes. */
export interface TrainConfig extends Captioning {
  readonly unet: UnetConfig;
  readonly projection: InstructResamplerConfig;
  /** Samples of a batch. */
  readonly batch: number;
  /** Tokens of a condition image. */
  readonly imageTokens: number;
}

/** `unet.*` and `text_encoder.*` as the base model that the experiments take. */
export function baseOf(config: Captioning & { unet: UnetConfig }, weights: HostParams): BaseModel {
  return {
    unet: { config: config.unet, params: scope(weights, "unet") },
    text: { config: config.text, params: scope(weights, "text_encoder") },
    tokenizer: tokenizerOf(config),
  };
}

/** Random `unet.*` and `text_encoder.*`. */
export function randomBase(from: Key, { unet, text }: Captioning & { unet: UnetConfig }): HostParams {
  return combine(
    prefixed(initUnet(fold(from, "unet"), unet), "unet"),
    prefixed(initTextTower(fold(from, "text"), text, { projection: false }), "text_encoder"),
  );
}

/** Random `image_proj.*`, and `ip_adapter.*` as it starts from the base's keys and values. */
export function randomAdapter(from: Key, options: {
  unet: UnetConfig;
  shapes: Shapes;
  base: HostParams;
}): HostParams {
  const { unet, shapes, base } = options;
  const projection = initialize(
    fold(from, "projection"),
    shapes,
    (name, shape, own) => name === "latents" ? host(normal(own, sizeOf(shape)), shape) : undefined,
  );
  return combine(
    prefixed(projection, "image_proj"),
    prefixed(initImageContext(unet, scope(base, "unet")), "ip_adapter"),
  );
}

/** Names and shapes of an adapter's weights. */
export function adapterShapes(unet: UnetConfig, projection: ProjectionConfig, shapes: Shapes): Shapes {
  return combine(
    prefixed(shapes, "image_proj"),
    prefixed(imageContextShapes(unet, { width: projection.output_dim }), "ip_adapter"),
  );
}

function randomBatch(from: Key, config: TrainConfig): HostParams {
  const { projection, batch, imageTokens } = config;
  const latent = latentShape(config.unet);
  const { embedding_dim_image_embeds: width, embedding_dim_instruct_embeds: instructed } = projection;
  const { data, shape: [, length = 0] } = randomCaptions(from, config, batch);
  const items = Array.from({ length: batch }, (_, i): AdapterItem => {
    const own = fold(from, i);
    return {
      latent: normal(fold(own, "latent"), sizeOf(latent)),
      image: normal(fold(own, "image"), imageTokens * width),
      ids: data.subarray(i * length, (i + 1) * length) as Int32Array,
      instruction: normal(fold(own, "instruction"), instructed, { std: 1 / Math.sqrt(instructed) }),
    };
  });
  const arrays: Record<string, HostArray["data"]> = {
    ...adapterBatch(from, items, {
      schedule: noiseSchedule(SD_SCHEDULE),
      noImage: new Float32Array(imageTokens * width),
      noText: tokenizerOf(config).encode([""]),
      recipe: PAPER_RECIPE,
    }),
  };
  const shapes: Record<string, readonly number[]> = {
    sample: [batch, ...latent],
    timestep: [batch],
    noise: [batch, ...latent],
    ids: [batch, length],
    image: [batch, imageTokens, width],
    instruction: [batch, 1, instructed],
  };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, host(arrays[name] ?? [], shape)]),
  );
}

const checked = ({ unet, projection }: TrainConfig) =>
  adapterShapes(unet, projection, instructResamplerShapes(projection));

export const TRAIN: Work<TrainConfig> = {
  title: "Adapter training step: forward, backward, clipping, AdamW; base frozen",
  run: "a step",
  batch: 32,
  config: (batch) => ({
    ...miniCaptioning(),
    unet: MINI_UNET,
    projection: MINI_INSTRUCT,
    batch,
    imageTokens: visionTokens(MINI_VISION),
  }),
  makeCase(config, seed) {
    const from = key(`bench train ${seed}`);
    const base = randomBase(from, config);
    const shapes = instructResamplerShapes(config.projection);
    return {
      config,
      weights: combine(base, randomAdapter(from, { unet: config.unet, shapes, base })),
      batch: randomBatch(fold(from, "batch"), config),
    };
  },
  checked,
  async open({ config, weights, batch }, options) {
    const trained = Object.fromEntries(
      Object.entries(weights).filter(([name]) => /^(image_proj|ip_adapter)\./.test(name)),
    );
    const adapter = loadStrict(trained, checked(config), { what: "the adapter to time" });
    const step = await compileAdapterStep({
      ...baseOf(config, weights),
      projection: config.projection,
      adapter,
      batch: config.batch,
      imageTokens: config.imageTokens,
      recipe: PAPER_RECIPE,
      ...options,
    });
    return trainingWork(step, batch, shapesOf(adapter));
  },
};
