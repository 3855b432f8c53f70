/**
 * LoRA (Hu et al. 2022): W' = W + scale · (alpha / rank) · up · down, merged into a copy of the weights, so that no model knows of it.
 *
 * | symbol | kohya's key                       | peft's key            | shape |
 * | down   | lora_unet_a_b.lora_down.weight    | unet.a.b.lora_A.weight | [rank in] or [rank in kh kw] |
 * | up     | lora_unet_a_b.lora_up.weight      | unet.a.b.lora_B.weight | [out rank] or [out rank 1 1] |
 * | alpha  | lora_unet_a_b.alpha               | not in the file        | [], the rank if absent |
 *
 * Older spellings are brought to these by the `lora` rows of `lib/hub/published_names.ts`.
 */
import { type HostArray, type HostParams, sizeOf, UserError } from "../engine/mod.ts";
import { PUBLISHED_NAMES, renamed } from "../hub/mod.ts";

/** Which model of a LoRA file to read. */
export type LoraPart = "unet" | "text_encoder";

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

/** The module names of a model as both formats write them → the weight's name. */
function modules(weights: readonly string[], part: LoraPart): Map<string, string> {
  const names = new Map<string, string>();
  for (const weight of weights) {
    if (!weight.endsWith(".weight")) continue;
    const path = weight.slice(0, -".weight".length);
    // Files of peft itself name no part.
    names.set(path, weight).set(PEFT[part] + path, weight).set(
      KOHYA[part] + path.replaceAll(".", "_"),
      weight,
    );
  }
  return names;
}

/**
 * Sorts a LoRA file by the weights that it changes. `weights` are the names of the model's parameters. Keys of the other part are
 * left for another call; every other key must be used. `alpha` stands in where the file has none; the rank if absent.
 *
 * @throws UserError naming keys that belong to no weight of the model, and changes that lack a half.
 */
export function readLora(
  tensors: HostParams,
  weights: readonly string[],
  options: { part?: LoraPart; alpha?: number } = {},
): Lora {
  const { part = "unet" } = options;
  const other: LoraPart = part === "unet" ? "text_encoder" : "unet";
  const names = modules(weights, part);
  const found: Record<string, { down?: HostArray; up?: HostArray; alpha?: HostArray }> = {};
  const unknown: string[] = [];
  for (const [written, tensor] of Object.entries(tensors)) {
    const name = renamed(written, PUBLISHED_NAMES.lora).name ?? written;
    if (name.startsWith(KOHYA[other]) || name.startsWith(PEFT[other])) continue;
    const role = [...ROLES.keys()].find((end) => name.endsWith(`.${end}`));
    const weight = role && names.get(name.slice(0, -role.length - 1));
    if (role && weight) (found[weight] ??= {})[ROLES.get(role) as "down" | "up" | "alpha"] = tensor;
    else unknown.push(`unexpected "${written}"`);
  }
  const lora: Record<string, LoraDelta> = {};
  for (const [name, { down, up, alpha }] of Object.entries(found)) {
    if (down && up) {
      lora[name] = { down, up, alpha: alpha?.data[0] ?? options.alpha ?? (down.shape[0] as number) };
    } else unknown.push(`"${name}" lacks its ${down ? "up" : "down"} half`);
  }
  if (unknown.length > 0) {
    const more = unknown.length > 10 ? `; and ${unknown.length - 10} more` : "";
    throw new UserError(`Reading a LoRA for the ${part} failed: ${unknown.slice(0, 10).join("; ")}${more}`);
  }
  return lora;
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
  if (sizeOf(down.shape) !== rank * columns || sizeOf(up.shape) !== outputs * rank) {
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
