/**
 * LoRA (Hu et al. 2022): W' = W + scale · (alpha / rank) · up · down, merged into a copy of the weights, so that no model knows of it.
 *
 * | symbol | kohya's key                       | peft's key            | shape |
 * | down   | lora_unet_a_b.lora_down.weight    | unet.a.b.lora_A.weight | [rank in] or [rank in kh kw] |
 * | up     | lora_unet_a_b.lora_up.weight      | unet.a.b.lora_B.weight | [out rank] or [out rank 1 1] |
 * | alpha  | lora_unet_a_b.alpha               | see `lora_settings.ts` | [], the rank if absent |
 *
 * Files of peft itself, and of old diffusers, name no part: it is the one whose weights fit. Older spellings are brought to these by the `lora` rows of `lib/hub/published_names.ts`.
 */
import {
  brokenTensor,
  type HostArray,
  type HostParams,
  NotFiniteError,
  sizeOf,
  UserError,
} from "../engine/mod.ts";
import { fileKind, PUBLISHED_NAMES, renamed } from "../hub/mod.ts";
import { LORA_PARTS, type LoraPart } from "./lora_part.ts";
import { loraAlphas } from "./lora_settings.ts";

/** Names of the parameters of each model that is to be changed. */
export type LoraWeights = Readonly<Partial<Record<LoraPart, readonly string[]>>>;

/** A LoRA file that was read. */
export interface LoraFile {
  /** Its tensors. */
  readonly tensors: HostParams;
  /** A safetensors file's header. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Text of the adapter_config.json beside it. */
  readonly beside?: string | undefined;
}

/** One low-rank change of a weight. */
export interface LoraDelta {
  /** [rank in], or [rank in kh kw] of a convolution. */
  readonly down: HostArray;
  /** [out rank], or [out rank 1 1]. */
  readonly up: HostArray;
  /** The change is multiplied by alpha / rank; the rank itself where the file says nothing. */
  readonly alpha: number;
}

/** Changes by the name of the weight that they belong to. */
export type Lora = Readonly<Record<string, LoraDelta>>;

const KOHYA: Record<LoraPart, string> = { unet: "lora_unet_", text_encoder: "lora_te_" };
const PEFT: Record<LoraPart, string> = { unet: "unet.", text_encoder: "text_encoder." };
const ROLES = new Map([
  ["lora_down.weight", "down"],
  ["lora_A.weight", "down"],
  ["lora_up.weight", "up"],
  ["lora_B.weight", "up"],
  ["alpha", "alpha"],
]);

/** What a file's module changes. */
interface Place {
  readonly part: LoraPart;
  readonly weight: string;
}

/** The module names of the models as both formats write them → the weight's name. */
function modules(weights: LoraWeights): Map<string, Place> {
  const names = new Map<string, Place>();
  for (const part of LORA_PARTS) {
    for (const weight of weights[part] ?? []) {
      if (!weight.endsWith(".weight")) continue;
      const path = weight.slice(0, -".weight".length), place = { part, weight };
      names.set(path, place).set(PEFT[part] + path, place).set(
        KOHYA[part] + path.replaceAll(".", "_"),
        place,
      );
    }
  }
  return names;
}

function equal(a: HostArray, b: HostArray): boolean {
  return String(a.shape) === String(b.shape) && a.data.every((value, i) => Object.is(value, b.data[i]));
}

/**
 * Sorts a LoRA file by the parts and weights that it changes. `weights` are the names of each model's parameters. Keys of a part that
 * is not asked for are left for another call; every other key must be used.
 *
 * The alpha of a change is the file's own tensor, else its settings' (see {@link loraAlphas}), else the rank.
 *
 * @throws UserError naming keys that belong to no weight, changes that lack a half, and other kinds of files.
 * @throws NotFiniteError naming a tensor with a number that is not finite.
 */
export function readLoraFile(file: LoraFile, weights: LoraWeights): Readonly<Record<LoraPart, Lora>> {
  const names = modules(weights);
  const others = LORA_PARTS.filter((part) => weights[part] === undefined);
  const found: Record<LoraPart, Record<string, { down?: HostArray; up?: HostArray; alpha?: HostArray }>> = {
    unet: {},
    text_encoder: {},
  };
  const broken = brokenTensor(file.tensors);
  if (broken) {
    throw new NotFiniteError(`Reading a LoRA failed: expected finite numbers, got others: ${broken}`);
  }
  const unknown: string[] = [], strangers: string[] = [];
  for (const [written, tensor] of Object.entries(file.tensors)) {
    const name = renamed(written, PUBLISHED_NAMES.lora).name ?? written;
    if (others.some((part) => name.startsWith(KOHYA[part]) || name.startsWith(PEFT[part]))) continue;
    const role = [...ROLES.keys()].find((end) => name.endsWith(`.${end}`));
    const place = role && names.get(name.slice(0, -role.length - 1));
    if (!role || !place) {
      unknown.push(`unexpected "${written}"`);
      strangers.push(written);
      continue;
    }
    const change = found[place.part][place.weight] ??= {}, half = ROLES.get(role) as keyof typeof change;
    const twin = change[half];
    if (twin && !equal(twin, tensor)) unknown.push(`"${written}" is another one than that before it`);
    else if (!tensor.data.every(Number.isFinite)) {
      unknown.push(`"${written}" holds a number that is not finite`);
    } else change[half] = tensor;
  }
  const lora: Record<LoraPart, Record<string, LoraDelta>> = { unet: {}, text_encoder: {} };
  for (const part of LORA_PARTS) {
    const alphaOf = loraAlphas(file, part);
    for (const [name, { down, up, alpha }] of Object.entries(found[part])) {
      if (down && up) {
        const rank = down.shape[0] as number;
        const settings = alphaOf(name.slice(0, -".weight".length), rank);
        lora[part][name] = { down, up, alpha: alpha?.data[0] ?? settings ?? rank };
      } else unknown.push(`"${name}" lacks its ${down ? "up" : "down"} half`);
    }
  }
  if (unknown.length > 0) {
    const kind = fileKind(strangers);
    const got = kind && !kind.startsWith("a LoRA, ")
      ? `expected a LoRA of this base model, got ${kind}: `
      : "";
    const more = unknown.length > 10 ? `; and ${unknown.length - 10} more` : "";
    const parts = LORA_PARTS.filter((part) => weights[part] !== undefined).join(" and the ");
    throw new UserError(
      `Reading a LoRA for the ${parts} failed: ${got}${unknown.slice(0, 10).join("; ")}${more}`,
    );
  }
  return lora;
}

/** {@link readLoraFile} for one part. `alpha` stands in where the file has none; the rank if absent. */
export function readLora(
  tensors: HostParams,
  weights: readonly string[],
  options: { part?: LoraPart; alpha?: number } = {},
): Lora {
  const { part = "unet", alpha } = options;
  const beside = alpha === undefined ? undefined : JSON.stringify({ lora_alpha: alpha });
  return readLoraFile({ tensors, beside }, { [part]: weights })[part];
}

/**
 * Merges a LoRA into a copy of the weights. Scale 0 gives the weights themselves; weights that it does not change are shared.
 *
 * @throws RangeError when shapes do not fit.
 */
export function applyLora(params: HostParams, lora: Lora, options: { scale: number }): HostParams {
  if (options.scale === 0) return params;
  const merged = { ...params };
  for (const [name, delta] of Object.entries(lora)) {
    const weight = params[name];
    if (!weight) throw new RangeError(`applyLora() needs a weight "${name}": not there`);
    merged[name] = mergeDelta(name, weight, delta, options.scale);
  }
  return merged;
}

/**
 * Sizes of a change, once they are known to fit a weight [outputs ...], and what its product is multiplied by at scale 1.
 *
 * @throws RangeError when they do not fit.
 */
export function deltaSizes(
  name: string,
  shape: readonly number[],
  { down, up, alpha }: LoraDelta,
): { rank: number; outputs: number; columns: number; factor: number } {
  const rank = down.shape[0] as number, outputs = shape[0] as number;
  const columns = sizeOf(shape.slice(1));
  if (!(rank >= 1) || sizeOf(down.shape) !== rank * columns || sizeOf(up.shape) !== outputs * rank) {
    throw new RangeError(
      `applyLora() needs down [rank ${columns}] and up [${outputs} rank] for "${name}", got [${down.shape}] and [${up.shape}]`,
    );
  }
  return { rank, outputs, columns, factor: alpha / rank };
}

function mergeDelta(name: string, weight: HostArray, delta: LoraDelta, scale: number): HostArray {
  const { down, up } = delta;
  const { rank, outputs, columns, factor: own } = deltaSizes(name, weight.shape, delta);
  const factor = scale * own;
  const data = Float32Array.from(weight.data);
  for (let row = 0; row < outputs; row++) {
    for (let r = 0; r < rank; r++) {
      const share = factor * (up.data[row * rank + r] as number);
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        data[at] = (data[at] as number) + share * (down.data[r * columns + column] as number);
      }
    }
  }
  return { ...weight, data };
}
