/**
 * Merging a LoRA inside a graph: W' = W + up · down with the factor scale · alpha / rank in `up`. Where the weights are constants, so is the sum, and it is
 * computed once when the graph is opened; the weights themselves may stay in their file. See `lora.ts` for the formula and the names.
 */
import { host, type HostParams, type Params, tf } from "../engine/mod.ts";
import { deltaSizes, type Lora } from "./lora.ts";

/**
 * The halves of every change, ready to be multiplied: `NAME.down` [rank columns] and `NAME.up` [outputs rank], the latter with the factor.
 *
 * @param weights the model's parameters, for their shapes.
 * @throws RangeError when a change belongs to no weight, or shapes do not fit.
 */
export function loraHalves(
  lora: Lora,
  weights: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  options: { scale: number },
): HostParams {
  return Object.fromEntries(
    Object.entries(lora).flatMap(([name, delta]) => {
      const weight = weights[name];
      if (!weight) throw new RangeError(`loraHalves() needs a weight "${name}": not there`);
      const { rank, outputs, columns, factor } = deltaSizes(name, weight.shape, delta);
      const scaled = Float32Array.from(delta.up.data, (value) => value * factor * options.scale);
      return [
        [`${name}.down`, host(delta.down.data, [rank, columns])],
        [`${name}.up`, host(scaled, [outputs, rank])],
      ] as const;
    }),
  );
}

/** The model's weights with the changes of {@link loraHalves} added. Weights without a change are shared. */
export function mergeLora(params: Params, halves: Params): Params {
  const merged = { ...params };
  for (const [name, weight] of Object.entries(params)) {
    const down = halves[`${name}.down`], up = halves[`${name}.up`];
    if (down && up) merged[name] = tf.add(weight, tf.reshape(tf.matMul(up, down), weight.shape));
  }
  return merged;
}
