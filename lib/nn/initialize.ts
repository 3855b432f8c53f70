import {
  filled,
  fold,
  host,
  type HostArray,
  type HostParams,
  type Key,
  type Shapes,
  sizeOf,
  uniform,
} from "../engine/mod.ts";

/** Inputs that one output sums over: every side of a weight but the first. */
function fanIn(weight: readonly number[]): number {
  return sizeOf(weight.slice(1));
}

/**
 * PyTorch's default initial values for linear layers, convolutions and norms, one key per parameter name:
 * weights of rank 2 and more and the biases beside them uniform in ±1/√(fan in); norm weights 1, norm biases 0.
 * A parameter that is neither "weight" nor "bias" needs an entry in `override`, which comes before these rules.
 *
 * @throws RangeError when no rule covers a parameter.
 */
export function initialize(
  from: Key,
  shapes: Shapes,
  override: (name: string, shape: readonly number[], key: Key) => HostArray | undefined = () => undefined,
): HostParams {
  const params: HostParams = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const own = fold(from, name);
    params[name] = override(name, shape, own) ?? byDefault(name, shape, own, shapes);
  }
  return params;
}

function byDefault(name: string, shape: readonly number[], from: Key, shapes: Shapes): HostArray {
  const cut = name.lastIndexOf(".") + 1;
  const role = name.slice(cut);
  const weight = shapes[`${name.slice(0, cut)}weight`];
  if ((role !== "weight" && role !== "bias") || !weight) {
    throw new RangeError(
      `initialize() needs a rule for "${name}": expected a weight or the bias of one, got [${shape}]`,
    );
  }
  if (weight.length === 1) return filled(role === "weight" ? 1 : 0, shape);
  const bound = 1 / Math.sqrt(fanIn(weight));
  return host(uniform(from, sizeOf(shape), { low: -bound, high: bound }), shape);
}
