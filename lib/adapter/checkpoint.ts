/**
 * Adapter files: one state dict with the dotted prefixes `image_proj.` (the resampler) and `ip_adapter.` (keys and values per layer), the layout
 * of the published IPAdapter+ and IPAdapter-Instruct weights. Loading is strict: every key is used or named in the error.
 */
import {
  combine,
  type HostParams,
  loadStrict,
  prefixed,
  readSafetensors,
  scope,
  type Shapes,
  UserError,
  writeSafetensors,
} from "../engine/mod.ts";
import type { UnetConfig } from "../diffusion/mod.ts";
import { imageContextShapes } from "./image_context.ts";
import { type AnyInstructConfig, instructResamplerShapes } from "./instruct_resampler.ts";
import { type ResamplerConfig, resamplerShapes } from "./resampler.ts";

/** Any projection of the condition image. */
export type ProjectionConfig = ResamplerConfig | AnyInstructConfig;

/** What an adapter file must fit. */
export interface AdapterTarget {
  /** The resampler that shall run it. */
  readonly projection: ProjectionConfig;
  /** The base model it shall be injected into. */
  readonly unet: UnetConfig;
}

const NAMES: Record<ProjectionConfig["class"], string> = {
  Resampler: "IPAdapter+ (no instruction)",
  ResamplerInstruct: "IPAdapter-Instruct as in the paper (instruction branch)",
  ResamplerInstructBigger: "IPAdapter-Instruct as released (prompt and instruction branches)",
};

/** Shapes of the projection, whichever it is. */
export function projectionShapes(config: ProjectionConfig): Shapes {
  return config.class === "Resampler" ? resamplerShapes(config) : instructResamplerShapes(config);
}

/** Shapes of a whole adapter file. */
export function adapterShapes({ projection, unet }: AdapterTarget): Shapes {
  return combine(
    prefixed(projectionShapes(projection), "image_proj"),
    prefixed(imageContextShapes(unet, { width: projection.output_dim }), "ip_adapter"),
  );
}

/** Puts the parts of an adapter together under a file's names. */
export function adapterParams(parts: { projection: HostParams; context: HostParams }): HostParams {
  return combine(prefixed(parts.projection, "image_proj"), prefixed(parts.context, "ip_adapter"));
}

/**
 * The projection's configuration, read off the shapes in a file.
 *
 * @param options.dim_head width of a head, which shapes cannot tell; 64 in every published adapter.
 * @throws UserError when the file holds no projection of a known kind.
 */
export function detectProjection(state: HostParams, options: { dim_head?: number } = {}): ProjectionConfig {
  const { dim_head = 64 } = options;
  const proj = scope(state, "image_proj");
  const side = (name: string, axis: number): number => {
    const size = proj[name]?.shape[axis];
    if (size === undefined) {
      throw new UserError(
        `Recognising the adapter failed: expected image_proj.${name} of a resampler, got ` +
          (Object.keys(state).slice(0, 4).join(", ") || "an empty file"),
      );
    }
    return size;
  };
  const dim = side("proj_in.weight", 0);
  const sizes = {
    dim,
    depth: Object.keys(proj).filter((name) => /^layers\.\d+\.0\.to_q\.weight$/.test(name)).length,
    dim_head,
    heads: side("layers.0.0.to_q.weight", 0) / dim_head,
    num_queries: side("latents", 1),
    output_dim: side("proj_out.weight", 0),
    ff_mult: side("layers.0.1.1.weight", 0) / dim,
  };
  const image = side("proj_in.weight", 1);
  if (!("proj_new_input.weight" in proj)) return { class: "Resampler", ...sizes, embedding_dim: image };
  const both = {
    ...sizes,
    embedding_dim_image_embeds: image,
    embedding_dim_instruct_embeds: side("proj_new_input.weight", 1),
  };
  if (!("proj_prompt_input.weight" in proj)) return { class: "ResamplerInstruct", ...both };
  return {
    class: "ResamplerInstructBigger",
    ...both,
    ff_mult_secondary: side("prompt_layers.0.1.1.weight", 0) / dim,
  };
}

/** One sentence for the mistakes people make with adapter files, or nothing. */
function usualMistake(found: ProjectionConfig, wanted: ProjectionConfig): string | undefined {
  if (found.class !== wanted.class) {
    return `expected ${NAMES[wanted.class]}, got a file of ${NAMES[found.class]}`;
  }
  const width = (config: ProjectionConfig) =>
    config.class === "Resampler" ? config.embedding_dim : config.embedding_dim_image_embeds;
  if (width(found) !== width(wanted)) {
    return `expected an adapter for an image encoder ${width(wanted)} wide, got one for ${
      width(found)
    }: take the encoder it was trained with`;
  }
  if (found.class !== "Resampler" && wanted.class !== "Resampler") {
    const [got, want] = [found.embedding_dim_instruct_embeds, wanted.embedding_dim_instruct_embeds];
    if (got !== want) {
      return `expected an adapter for instructions embedded in ${want} numbers, got one for ${got}`;
    }
  }
  if (found.output_dim !== wanted.output_dim) {
    return `expected image tokens ${wanted.output_dim} wide as this U-Net's text, got ${found.output_dim}: an adapter of another base model`;
  }
  if (found.num_queries !== wanted.num_queries) {
    return `expected ${wanted.num_queries} image tokens, got ${found.num_queries}`;
  }
  return undefined;
}

/**
 * Checks an adapter's state dict against what it is wanted for and returns it in order.
 *
 * @throws UserError in one sentence that names the usual mistake (another kind of adapter, another encoder, another base model), else the
 * missing, unexpected and mis-shaped keys.
 */
export function loadAdapter(
  state: HostParams,
  target: AdapterTarget,
  options: { what?: string } = {},
): HostParams {
  const { what = "the adapter" } = options;
  const found = detectProjection(state, { dim_head: target.projection.dim_head });
  const mistake = usualMistake(found, target.projection);
  if (mistake) throw new UserError(`Loading ${what} failed: ${mistake}`);
  if (Object.keys(scope(state, "ip_adapter")).length === 0) {
    throw new UserError(
      `Loading ${what} failed: expected ip_adapter.1.to_k_ip.weight and so on, got a file without ip_adapter weights`,
    );
  }
  return loadStrict(state, adapterShapes(target), { what });
}

/** Reads an adapter from a safetensors file; see {@link loadAdapter}. */
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
