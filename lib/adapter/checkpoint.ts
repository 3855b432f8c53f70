/**
 * Adapter files: one state dict with the dotted prefixes `image_proj.` (the projection) and `ip_adapter.` (keys and values per layer), the
 * layout of the published IP-Adapter, IPAdapter+ and IPAdapter-Instruct weights; other layouts are brought to it by the `adapter` rows of
 * `lib/hub/published_names.ts`. Loading is strict: every key is used, left out by a row, or named in the error.
 */
import {
  checkShapes,
  combine,
  type HostParams,
  loadStrict,
  prefixed,
  readSafetensors,
  scope,
  type Shapes,
  UserError,
  type Weights,
  writeSafetensors,
} from "../engine/mod.ts";
import {
  fileKind,
  type LoadPlan,
  type NameRow,
  planLoading,
  PUBLISHED_NAMES,
  type WeightFile,
  weightsInMemory,
} from "../hub/mod.ts";
import { crossAttentionLayers, type UnetConfig } from "../diffusion/mod.ts";
import { imageContextShapes } from "./image_context.ts";
import { type ImageProjectionConfig, imageProjectionShapes } from "./image_projection.ts";
import { type AnyInstructConfig, instructResamplerShapes } from "./instruct_resampler.ts";
import { type ResamplerConfig, resamplerShapes } from "./resampler.ts";

/** Any projection of the condition image by a transformer. */
export type ProjectionConfig = ResamplerConfig | AnyInstructConfig;

/** Any projection that published adapters have. */
export type PublishedProjection = ProjectionConfig | ImageProjectionConfig;

/** What an adapter file must fit. */
export interface AdapterTarget {
  /** The projection that shall run it. */
  readonly projection: PublishedProjection;
  /** The base model it shall be injected into. */
  readonly unet: UnetConfig;
}

const NAMES: Record<PublishedProjection["class"], string> = {
  ImageProjModel: "IP-Adapter (the first one, on the pooled image vector)",
  Resampler: "IPAdapter+ (no instruction)",
  ResamplerInstruct: "IPAdapter-Instruct as in the paper (instruction branch)",
  ResamplerInstructBigger: "IPAdapter-Instruct as released (prompt and instruction branches)",
};

/** Adapters of other designs, by a name that only they have; the first match counts. */
const STRANGERS: readonly (readonly [name: RegExp, what: string])[] = [
  [/^image_proj\.perceiver_resampler\./, "IP-Adapter FaceID Plus, which needs a face recogniser's vectors"],
  [/^image_proj\.proj\.3\./, "IP-Adapter full-face, another projection"],
  [/^image_proj\.proj\.0\./, "IP-Adapter FaceID, which needs a face recogniser's vectors"],
  [/^image_proj\.proj_out_big\./, "IPAdapter-Instruct for SD 3, another base model"],
];

/** Shapes of the projection, whichever it is. */
export function projectionShapes(config: PublishedProjection): Shapes {
  if (config.class === "ImageProjModel") return imageProjectionShapes(config);
  return config.class === "Resampler" ? resamplerShapes(config) : instructResamplerShapes(config);
}

/** Width of the image tokens: the text tokens' of the base model. */
function tokenWidth(config: PublishedProjection): number {
  return config.class === "ImageProjModel" ? config.cross_attention_dim : config.output_dim;
}

/** Number of image tokens. */
function tokenCount(config: PublishedProjection): number {
  return config.class === "ImageProjModel" ? config.clip_extra_context_tokens : config.num_queries;
}

/** Width of what the projection takes from the image encoder. */
export function encoderWidth(config: PublishedProjection): number {
  if (config.class === "ImageProjModel") return config.clip_embeddings_dim;
  return config.class === "Resampler" ? config.embedding_dim : config.embedding_dim_image_embeds;
}

/** The renamings for an adapter of a U-Net: the table's, and diffusers' layer paths for the numbers K. */
export function adapterRows(unet: UnetConfig): readonly NameRow[] {
  const layers = crossAttentionLayers(unet).map(({ index, path }): NameRow => ({
    layout: "diffusers, a U-Net saved with its IP-Adapter",
    from: new RegExp(`^(?:unet\\.)?${path.replaceAll(".", "\\.")}\\.processor\\.to_(k|v)_ip\\.(?:0\\.)?`),
    to: `ip_adapter.${index}.to_$1_ip.`,
  }));
  return [...PUBLISHED_NAMES.adapter, ...layers];
}

/** Shapes of a whole adapter file. */
export function adapterShapes({ projection, unet }: AdapterTarget): Shapes {
  return combine(
    prefixed(projectionShapes(projection), "image_proj"),
    prefixed(imageContextShapes(unet, { width: tokenWidth(projection) }), "ip_adapter"),
  );
}

/** Puts the parts of an adapter together under a file's names. */
export function adapterParams(parts: { projection: HostParams; context: HostParams }): HostParams {
  return combine(prefixed(parts.projection, "image_proj"), prefixed(parts.context, "ip_adapter"));
}

/** Reads the sizes of a transformer off its shapes. */
function detectTransformer(proj: Shapes, dim_head: number, side: (name: string, axis: number) => number) {
  const dim = side("proj_in.weight", 0), inner = side("layers.0.0.to_q.weight", 0);
  if (inner % dim_head !== 0) {
    throw new UserError(
      `Recognising the adapter failed: expected heads ${dim_head} wide that divide the attention's width, got ${inner}`,
    );
  }
  const sizes = {
    dim,
    depth: Object.keys(proj).filter((name) => /^layers\.\d+\.0\.to_q\.weight$/.test(name)).length,
    dim_head,
    heads: inner / dim_head,
    num_queries: side("latents", 1),
    output_dim: side("proj_out.weight", 0),
    ff_mult: side("layers.0.1.1.weight", 0) / dim,
  };
  const image = side("proj_in.weight", 1);
  if (!("proj_new_input.weight" in proj)) {
    return { class: "Resampler", ...sizes, embedding_dim: image } satisfies ResamplerConfig;
  }
  const both = {
    ...sizes,
    embedding_dim_image_embeds: image,
    embedding_dim_instruct_embeds: side("proj_new_input.weight", 1),
  };
  if (!("proj_prompt_input.weight" in proj)) {
    return { class: "ResamplerInstruct", ...both } satisfies AnyInstructConfig;
  }
  const ff_mult_secondary = side("prompt_layers.0.1.1.weight", 0) / dim;
  return { class: "ResamplerInstructBigger", ...both, ff_mult_secondary } satisfies AnyInstructConfig;
}

function detect(shapes: Shapes, dim_head: number): PublishedProjection {
  const names = Object.keys(shapes);
  const stranger = STRANGERS.find(([name]) => names.some((each) => name.test(each)))?.[1];
  const proj = scope(shapes, "image_proj");
  const got = stranger ?? (Object.keys(proj).length === 0 ? fileKind(names) : undefined);
  if (got) throw new UserError(`Recognising the adapter failed: expected an adapter, got ${got}`);
  const side = (name: string, axis: number): number => {
    const size = proj[name]?.[axis];
    if (size === undefined) {
      throw new UserError(
        `Recognising the adapter failed: expected image_proj.${name} of a resampler, got ` +
          (names.slice(0, 4).join(", ") || "an empty file"),
      );
    }
    return size;
  };
  if (!("proj.weight" in proj)) return detectTransformer(proj, dim_head, side);
  const width = side("norm.weight", 0);
  return {
    class: "ImageProjModel",
    clip_embeddings_dim: side("proj.weight", 1),
    cross_attention_dim: width,
    clip_extra_context_tokens: side("proj.weight", 0) / width,
  };
}

/**
 * The configuration of an IPAdapter+ or IPAdapter-Instruct projection, read off the shapes in a file.
 *
 * @param options.dim_head width of a head, which shapes cannot tell; 64 in every published adapter.
 * @throws UserError when the file holds no projection of these kinds.
 */
export function detectProjection(state: HostParams, options: { dim_head?: number } = {}): ProjectionConfig {
  const shapes = Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape]));
  const found = detect(shapes, options.dim_head ?? 64);
  if (found.class === "ImageProjModel") {
    throw new UserError(
      `Recognising the adapter failed: expected IPAdapter+ or IPAdapter-Instruct, got ${NAMES[found.class]}`,
    );
  }
  return found;
}

/**
 * The configuration of any published adapter's projection, read off the shapes in an open file of any layout.
 *
 * @param options.unet the base model whose layers the file's names may be written for.
 * @param options.dim_head width of a head, which shapes cannot tell; 64 in every published adapter.
 * @throws UserError when the file is no adapter of a known kind.
 */
export function detectAdapter(
  file: WeightFile,
  options: { unet: UnetConfig; dim_head?: number },
): PublishedProjection {
  return detect(planLoading(file, adapterRows(options.unet)).shapes, options.dim_head ?? 64);
}

/** One sentence for the mistakes people make with adapter files, or nothing. */
function usualMistake(found: PublishedProjection, wanted: PublishedProjection): string | undefined {
  if (found.class !== wanted.class) {
    return `expected ${NAMES[wanted.class]}, got a file of ${NAMES[found.class]}`;
  }
  if (encoderWidth(found) !== encoderWidth(wanted)) {
    return `expected an adapter for an image encoder ${encoderWidth(wanted)} wide, got one for ${
      encoderWidth(found)
    }: take the encoder it was trained with`;
  }
  if ("embedding_dim_instruct_embeds" in found && "embedding_dim_instruct_embeds" in wanted) {
    const [got, want] = [found.embedding_dim_instruct_embeds, wanted.embedding_dim_instruct_embeds];
    if (got !== want) {
      return `expected an adapter for instructions embedded in ${want} numbers, got one for ${got}`;
    }
  }
  if (tokenWidth(found) !== tokenWidth(wanted)) {
    return `expected image tokens ${tokenWidth(wanted)} wide as this U-Net's text, got ${
      tokenWidth(found)
    }: an adapter of another base model`;
  }
  if (tokenCount(found) !== tokenCount(wanted)) {
    return `expected ${tokenCount(wanted)} image tokens, got ${tokenCount(found)}`;
  }
  return undefined;
}

/**
 * Checks an open adapter file of any published layout against what it is wanted for; no tensor is read.
 *
 * @throws UserError in one sentence that names the usual mistake (another kind of adapter, another encoder, another base model), else the
 * missing, unexpected and mis-shaped keys.
 */
export function checkAdapterFile(file: WeightFile, target: AdapterTarget): LoadPlan {
  const wanted = adapterShapes(target);
  const plan = planLoading(file, adapterRows(target.unet), wanted);
  const dim_head = "dim_head" in target.projection ? target.projection.dim_head : 64;
  const mistake = usualMistake(detect(plan.shapes, dim_head), target.projection);
  if (mistake) throw new UserError(`Loading ${file.what} failed: ${mistake}`);
  if (Object.keys(scope(plan.shapes, "ip_adapter")).length === 0) {
    throw new UserError(
      `Loading ${file.what} failed: expected ip_adapter.1.to_k_ip.weight and so on, got a file without ip_adapter weights`,
    );
  }
  checkShapes(plan.shapes, wanted, { what: file.what });
  return plan;
}

/** Reads an adapter from an open file of any published layout; see {@link checkAdapterFile} for what is refused. */
export function loadAdapterFile(file: WeightFile, target: AdapterTarget): HostParams {
  const plan = checkAdapterFile(file, target);
  return Object.fromEntries(Object.keys(adapterShapes(target)).map((name) => [name, plan.read(name)]));
}

/** {@link loadAdapterFile} without reading: weights stay in their file wherever a graph can read them from there. */
export function adapterInPlace(file: WeightFile, target: AdapterTarget): Weights {
  const plan = checkAdapterFile(file, target);
  return Object.fromEntries(Object.keys(adapterShapes(target)).map((name) => [name, plan.weight(name)]));
}

/** The same for a state dict in memory; see {@link loadAdapterFile}. */
export function loadAdapter(
  state: HostParams,
  target: AdapterTarget,
  options: { what?: string } = {},
): HostParams {
  return loadAdapterFile(weightsInMemory(state, { what: options.what ?? "the adapter" }), target);
}

/** Reads an adapter from the bytes of a safetensors file; see {@link loadAdapterFile}. */
export function readAdapter(
  bytes: Uint8Array,
  target: AdapterTarget,
  options: { what?: string } = {},
): HostParams {
  const { what = "the adapter" } = options;
  return loadAdapter(readSafetensors(bytes, { what }).tensors, target, { what });
}

/** A safetensors file of an adapter; the projection's configuration travels in its header under "projection". */
export function writeAdapter(
  params: HostParams,
  target: AdapterTarget,
  options: { dtype?: "float32" | "float16" } = {},
): Uint8Array {
  const ordered = loadStrict(params, adapterShapes(target), { what: "the adapter to write" });
  return writeSafetensors(ordered, { projection: JSON.stringify(target.projection) }, options);
}
