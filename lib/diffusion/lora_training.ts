/**
 * Training a LoRA (Hu et al. 2022, Sec. 4.1): W' = W + up · down inside the graph, W frozen. down starts at random, up at zero, so that a fresh
 * LoRA leaves the model as it is. The trained tensors have kohya's names; with alpha = rank in the file, `applyLora` makes the same W'.
 */
import {
  filled,
  fold,
  host,
  type HostParams,
  type Key,
  leaf,
  type Params,
  sizeOf,
  type Tensor,
  tf,
  uniform,
} from "../engine/mod.ts";

const END = ".weight";

/** kohya's module name of a U-Net weight: "a.b.weight" → "lora_unet_a_b". */
export function loraModule(weight: string): string {
  return `lora_unet_${weight.slice(0, -END.length).replaceAll(".", "_")}`;
}

/**
 * Fresh halves for the named weights: down [rank in] uniform in ±1/√in (PyTorch's default), up [out rank] zero.
 *
 * @throws RangeError when a target is no matrix of the model, or narrower than the rank.
 */
export function initLora(
  from: Key,
  params: HostParams,
  options: { targets: readonly string[]; rank: number },
): HostParams {
  const { targets, rank } = options;
  return Object.fromEntries(targets.flatMap((name) => {
    const shape = leaf(params, name).shape;
    const [out, width] = shape as [number, number];
    if (!name.endsWith(END) || shape.length !== 2 || rank > Math.min(out, width)) {
      throw new RangeError(
        `initLora() needs matrices of at least ${rank} rows and columns, got "${name}" [${shape}]`,
      );
    }
    const bound = 1 / Math.sqrt(width);
    const down = uniform(fold(from, name), sizeOf([rank, width]), { low: -bound, high: bound });
    return [
      [`${loraModule(name)}.lora_down.weight`, host(down, [rank, width])],
      [`${loraModule(name)}.lora_up.weight`, filled(0, [out, rank])],
    ] as const;
  }));
}

/** The model's weights with the changes of `lora` (kohya's names, alpha = rank) added, inside a graph. Weights without a change are shared. */
export function loraWeights(params: Params, lora: Params): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, weight]: [string, Tensor]) => {
      if (!name.endsWith(END)) return [name, weight];
      const module = loraModule(name);
      const [down, up] = [lora[`${module}.lora_down.weight`], lora[`${module}.lora_up.weight`]];
      return [name, down && up ? tf.add(weight, tf.matMul(up, down)) : weight];
    }),
  );
}
