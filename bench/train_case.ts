/**
 * What both sides of `bench train` compute on: sizes, random weights and one batch, in one safetensors file.
 *
 * Every weight of the projection is drawn at PyTorch's default size, also those that a fresh adapter has at zero: a zero would hide the
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
  readSafetensors,
  scope,
  type Shapes,
  sizeOf,
  stream,
  UserError,
  writeSafetensors,
} from "../lib/engine/mod.ts";
import {
  imageContextShapes,
  initImageContext,
  type InstructResamplerConfig,
  instructResamplerShapes,
} from "../lib/adapter/mod.ts";
import {
  type CaptionTokenizer,
  createCaptionTokenizer,
  initTextTower,
  type TextTowerConfig,
  textTowerShapes,
  visionTokens,
} from "../lib/clip/mod.ts";
import { initUnet, noiseSchedule, SD_SCHEDULE, type UnetConfig, unetShapes } from "../lib/diffusion/mod.ts";
import { initialize } from "../lib/nn/mod.ts";
import { captionVocabulary } from "../lib/tasks/mod.ts";
import { adapterBatch, type AdapterItem } from "../experiments/mini/adapter_training.ts";
import type { BaseModel } from "../experiments/mini/frozen.ts";
import { MINI_INSTRUCT, MINI_UNET, MINI_VISION, miniText } from "../experiments/mini/models.ts";

/** Sizes of a case. Latents are [4 16 16]. */
export interface TrainCaseConfig {
  readonly unet: UnetConfig;
  readonly text: TextTowerConfig;
  readonly projection: InstructResamplerConfig;
  /** Samples of a batch. */
  readonly batch: number;
  /** Tokens of a condition image. */
  readonly imageTokens: number;
  /** Words of the captions. */
  readonly words: readonly string[];
}

/** A training step's weights and batch. */
export interface TrainCase {
  readonly config: TrainCaseConfig;
  readonly base: BaseModel;
  /** `image_proj.*` and `ip_adapter.*`. */
  readonly adapter: HostParams;
  /** Arrays of one batch: sample, timestep, noise, ids, image, instruction. */
  readonly batch: HostParams;
}

const LATENT = 4 * 16 * 16;

/** The mini scale's adapter training: the configuration of Table 1's Instruct rows. */
export function miniTrainCase(batch: number): TrainCaseConfig {
  const words = captionVocabulary();
  const tokenizer = createCaptionTokenizer(words);
  return {
    unet: MINI_UNET,
    text: miniText(tokenizer.size, tokenizer.end),
    projection: MINI_INSTRUCT,
    batch,
    imageTokens: visionTokens(MINI_VISION),
    words,
  };
}

/** Names and shapes of the trained weights, in the order in which gradients are compared. */
export function adapterShapesOf({ unet, projection }: TrainCaseConfig): Shapes {
  return combine(
    prefixed(instructResamplerShapes(projection), "image_proj"),
    prefixed(imageContextShapes(unet, { width: projection.output_dim }), "ip_adapter"),
  );
}

function baseOf(config: TrainCaseConfig, unet: HostParams, text: HostParams): BaseModel {
  return {
    unet: { config: config.unet, params: unet },
    text: { config: config.text, params: text },
    tokenizer: tokenizerOf(config),
  };
}

function tokenizerOf({ words, text }: TrainCaseConfig): CaptionTokenizer {
  return createCaptionTokenizer(words, { length: text.max_position_embeddings });
}

/** Random weights and one random batch; the same seed gives the same case. */
export function drawTrainCase(config: TrainCaseConfig, seed: number): TrainCase {
  const from = key(`bench train ${seed}`);
  const unet = initUnet(fold(from, "unet"), config.unet);
  const projection = initialize(
    fold(from, "projection"),
    instructResamplerShapes(config.projection),
    (name, shape, own) => name === "latents" ? host(normal(own, sizeOf(shape)), shape) : undefined,
  );
  return {
    config,
    base: baseOf(config, unet, initTextTower(fold(from, "text"), config.text)),
    adapter: combine(
      prefixed(projection, "image_proj"),
      prefixed(initImageContext(config.unet, unet), "ip_adapter"),
    ),
    batch: drawBatch(fold(from, "batch"), config),
  };
}

function drawBatch(from: Key, config: TrainCaseConfig): HostParams {
  const { projection, text, batch, imageTokens, words } = config;
  const { embedding_dim_image_embeds: width, embedding_dim_instruct_embeds: instructed } = projection;
  const tokenizer = tokenizerOf(config);
  const items = Array.from({ length: batch }, (_, i): AdapterItem => {
    const own = fold(from, i);
    const random = stream(fold(own, "caption"));
    const caption = Array.from({ length: random.int(1, tokenizer.length - 2) }, () => random.pick(words));
    return {
      latent: normal(fold(own, "latent"), LATENT),
      image: normal(fold(own, "image"), imageTokens * width),
      ids: tokenizer.encode([caption.join(" ")]),
      instruction: normal(fold(own, "instruction"), instructed, { std: 1 / Math.sqrt(instructed) }),
    };
  });
  const arrays = adapterBatch(from, items, {
    schedule: noiseSchedule(SD_SCHEDULE),
    noImage: new Float32Array(imageTokens * width),
    noText: tokenizer.encode([""]),
  }) as Record<string, HostArray["data"]>;
  const shapes: Record<string, readonly number[]> = {
    sample: [batch, 4, 16, 16],
    timestep: [batch],
    noise: [batch, 4, 16, 16],
    ids: [batch, text.max_position_embeddings],
    image: [batch, imageTokens, width],
    instruction: [batch, 1, instructed],
  };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, host(arrays[name] ?? [], shape)]),
  );
}

/** A case as a safetensors file: weights under their state-dict names, the batch under `batch.`, the sizes as JSON in the header. */
export function encodeTrainCase({ config, base, adapter, batch }: TrainCase): Uint8Array {
  const tensors = combine(
    prefixed(base.unet.params, "unet"),
    prefixed(base.text.params, "text_encoder"),
    adapter,
    prefixed(batch, "batch"),
  );
  return writeSafetensors(tensors, { config: JSON.stringify(config) });
}

/**
 * Reads what {@link encodeTrainCase} wrote.
 *
 * @throws UserError when it is another file, or its weights do not fit its sizes.
 */
export function decodeTrainCase(bytes: Uint8Array): TrainCase {
  const { tensors, metadata } = readSafetensors(bytes, { what: "the case to time" });
  if (metadata["config"] === undefined) {
    throw new UserError(
      'Reading the case to time failed: expected sizes in its header as "config", got none',
    );
  }
  const config = JSON.parse(metadata["config"]) as TrainCaseConfig;
  const load = (part: string, shapes: Shapes) =>
    loadStrict(scope(tensors, part), shapes, { what: `${part} of the case to time` });
  const adapter = Object.fromEntries(
    Object.entries(tensors).filter(([name]) => /^(image_proj|ip_adapter)\./.test(name)),
  );
  return {
    config,
    base: baseOf(
      config,
      load("unet", unetShapes(config.unet)),
      load("text_encoder", textTowerShapes(config.text)),
    ),
    adapter: loadStrict(adapter, adapterShapesOf(config), { what: "the adapter to time" }),
    batch: scope(tensors, "batch"),
  };
}
