import {
  host,
  type HostArray,
  type HostParams,
  leaf,
  type Params,
  type Shapes,
  sizeOf,
  type Tensor,
  tf,
} from "../engine/mod.ts";

/** All parameters as one vector [N], in the order of `shapes`. */
export function flatten(params: Params, shapes: Shapes): Tensor {
  return tf.concat(Object.keys(shapes).map((name) => tf.reshape(leaf(params, name), [-1])));
}

/** The inverse of {@link flatten}. Its gradient is one concatenation. */
export function unflatten(flat: Tensor, shapes: Shapes): Params {
  const entries = Object.entries(shapes);
  checkSize(flat.size, shapes);
  const parts = entries.length === 1 ? [flat] : tf.split(flat, entries.map(([, shape]) => sizeOf(shape)));
  return Object.fromEntries(
    entries.map(([name, shape], i) => [name, tf.reshape(parts[i] as Tensor, [...shape])]),
  );
}

/** {@link flatten} in ordinary memory. */
export function flattenHost(params: HostParams, shapes: Shapes): HostArray {
  const flat = new Float32Array(Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0));
  let at = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const { data } = leaf(params, name);
    if (data.length !== sizeOf(shape)) {
      throw new RangeError(`flattenHost() needs "${name}" [${shape}], got ${data.length} numbers`);
    }
    flat.set(data, at);
    at += data.length;
  }
  return host(flat, [flat.length]);
}

/** {@link unflatten} in ordinary memory; copies. */
export function unflattenHost(flat: HostArray, shapes: Shapes): HostParams {
  checkSize(flat.data.length, shapes);
  const params: HostParams = {};
  let at = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    params[name] = host(flat.data.slice(at, at += sizeOf(shape)), shape);
  }
  return params;
}

function checkSize(size: number, shapes: Shapes): void {
  const wanted = Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
  if (size !== wanted) {
    throw new RangeError(`A flat vector of these parameters has ${wanted} numbers, got ${size}`);
  }
}
