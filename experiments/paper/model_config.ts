/** The config.json beside a published model's weights, in the names of diffusers and transformers. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isJsonObject, UserError } from "../../lib/engine/mod.ts";
import { readText } from "../../lib/hub/mod.ts";
import { jsonObject, refuser } from "./json_object.ts";

/** More than any size that a published model has. */
const MOST = 1_000_000;

/**
 * What transformers takes for the fields that a tower's part of a whole CLIP's config leaves out: there, only what differs is written.
 */
const WHOLE_CLIP = {
  text_config: {
    vocab_size: 49408,
    hidden_size: 512,
    intermediate_size: 2048,
    projection_dim: 512,
    num_hidden_layers: 12,
    num_attention_heads: 8,
    max_position_embeddings: 77,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
    eos_token_id: 49407,
  },
  vision_config: {
    hidden_size: 768,
    intermediate_size: 3072,
    projection_dim: 512,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    image_size: 224,
    patch_size: 32,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
  },
} as const;

/** Which part of a whole CLIP's config.json a tower's is. */
export type ClipPart = keyof typeof WHOLE_CLIP;

/** Fields that a model reads though no size of ours names them, by an example; null counts as absent. */
const OPTIONAL = {
  layer_norm_eps: 1e-5,
  norm_eps: 1e-5,
  freq_shift: 0.5,
  shift_factor: 0.5,
  scaling_factor: 0.5,
  num_attention_heads: 8,
  use_linear_projection: false,
  flip_sin_to_cos: true,
  use_quant_conv: true,
  use_post_quant_conv: true,
  mid_block_add_attention: true,
  controlnet_conditioning_channel_order: "rgb",
  global_pool_conditions: false,
} as const;

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST;
}

/** What a field that the program reads must be, by an example; nothing where the value is one. */
function expected(value: unknown, like: unknown): string | undefined {
  if (Array.isArray(like)) {
    const item = typeof like[0] === "number" ? "sizes" : "texts";
    const fits = (each: unknown) => item === "sizes" ? isSize(each) : typeof each === "string";
    return Array.isArray(value) && value.length > 0 && value.length <= 64 && value.every(fits)
      ? undefined
      : `a list of ${item}`;
  }
  switch (typeof like) {
    case "number":
      if (!Number.isInteger(like)) return Number.isFinite(value) ? undefined : "a number";
      // A number of heads may be a list of one for each block.
      return isSize(value) || Array.isArray(value) && value.length <= 64 && value.every(isSize)
        ? undefined
        : "a size";
    case "string":
    case "boolean":
      return typeof value === typeof like ? undefined : `a ${typeof like}`;
    default:
      return undefined;
  }
}

/**
 * The config.json beside a file of weights; fields that it leaves out are those of `otherwise`, as is all where there is none.
 *
 * @param part takes this tower's part where the file describes a whole CLIP.
 * @throws UserError when it is no JSON object, or a field that is read is of another kind.
 */
export function configBeside<Config extends object>(
  path: string,
  otherwise: Config,
  part?: ClipPart,
): Config {
  const beside = join(dirname(path), "config.json");
  if (!existsSync(beside)) return otherwise;
  return parseConfig(readText(beside), beside, { otherwise, ...(part ? { part } : {}) });
}

/** The same from the file's text; `path` for errors. */
export function parseConfig<Config extends object>(
  text: string,
  path: string,
  options: { otherwise: Config; part?: ClipPart },
): Config {
  const { otherwise, part } = options;
  const fail = refuser(path);
  const given = jsonObject(text, path);
  let own = given;
  if (part && (given.text_config !== undefined || given.vision_config !== undefined)) {
    const tower = given[part] ?? given[`${part}_dict`];
    if (!isJsonObject(tower)) {
      return fail(`expected ${part}, a tower's sizes in a whole CLIP's configuration, got none`);
    }
    const { projection_dim = 512 } = given;
    own = { ...WHOLE_CLIP[part], ...tower, projection_dim };
  }
  for (const [field, like] of Object.entries({ ...OPTIONAL, ...otherwise })) {
    if (own[field] === undefined || own[field] === null && !Object.hasOwn(otherwise, field)) continue;
    const wanted = expected(own[field], like);
    if (wanted) fail(`expected ${field} to be ${wanted}, got ${JSON.stringify(own[field])}`);
  }
  return { ...otherwise, ...own } as Config;
}

/** Runs what reads a configuration, its refusals as sentences about this file. */
export function asConfigFault<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `Loading ${path} failed: its config.json asks for what is not built: ${error.message}`,
    );
  }
}
