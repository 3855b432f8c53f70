/**
 * The record of models that pictures are sampled with. The scales differ in this record alone: sizes, where weights lie, which adapter, and
 * whether the models fit into memory together.
 */
import type { PublishedProjection } from "../adapter/mod.ts";
import type { TextTowerConfig } from "../clip/mod.ts";
import { type ControlnetConfig, mergeLora, type NoiseSchedule, type UnetConfig } from "../diffusion/mod.ts";
import { type HostParams, type Params, prefixed, scope, type Weights } from "../engine/mod.ts";

/** A model ready to be put into a graph: its sizes, its weights, and what a LoRA changes in them. */
export interface ModelPart<Config> {
  /** Its sizes. */
  readonly config: Config;
  /** In memory, or in their file. */
  readonly params: Weights;
  /** What a LoRA adds inside the graph, as `loraHalves` gives it; absent without one. */
  readonly lora?: HostParams;
}

/** The frozen diffusion model: denoiser, text encoder, and its words. */
export interface BaseParts {
  /** The denoiser. */
  readonly unet: ModelPart<UnetConfig>;
  /** Encodes prompts. */
  readonly text: ModelPart<TextTowerConfig>;
  /** Ids of texts, [texts length] flat. */
  readonly tokenizer: { encode(texts: readonly string[]): Int32Array };
}

/** An adapter: its projection, and keys and values for the U-Net. */
export type AdapterPart =
  & {
    readonly projection: PublishedProjection;
    /** What the projection reads of one image: [tokens hidden], or [dim] of the first IP-Adapter. */
    readonly imageShape: readonly number[];
    /** The same of the image that stands for none, flat. */
    readonly noImage: Float32Array;
    /** Tokens of an instruction that items bring along; 1 if absent. */
    readonly words?: number;
    /** Whether its tokens are attended to in place of the text's, as it was trained; beside them if absent. */
    readonly replacesText?: boolean;
  }
  & (
    /** `image_proj.*` and `ip_adapter.*`, constants of the graphs. */
    | { readonly params: Weights }
    /** Any adapter of the kind, for its shapes: the weights are given to each call, so that one generator serves all of the kind. */
    | { readonly like: HostParams }
  );

/** Everything that pictures are sampled with. */
export interface PipelineModels {
  /** The frozen diffusion model. */
  readonly base: BaseParts;
  /** Absent: the base model alone. */
  readonly adapter?: AdapterPart;
  /** Adds its residuals to the U-Net's; every item then needs a conditioning image. */
  readonly controlnet?: ModelPart<ControlnetConfig>;
  /** The schedule that the U-Net was trained with; SD 1.5's if absent. */
  readonly schedule?: NoiseSchedule;
  /**
   * Models too large to lie beside each other in memory: programs of text and projection are freed after each use, the denoiser is compiled
   * when first needed, and as one graph instead of two halves.
   */
  readonly large?: boolean;
}

/** Everything of a model that a graph holds; {@link paramsIn} takes it apart there. */
export function frozenOf({ params, lora = {} }: ModelPart<unknown>): Weights {
  return { ...prefixed(params, "model"), ...prefixed(lora, "lora") };
}

/** The model's parameters inside a graph that holds {@link frozenOf}, the LoRA's changes made. */
export function paramsIn(frozen: Params, { lora }: ModelPart<unknown>): Params {
  const params = scope(frozen, "model");
  return lora ? mergeLora(params, scope(frozen, "lora")) : params;
}
