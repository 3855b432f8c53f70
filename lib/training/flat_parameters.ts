/**
 * Parameters as flat vectors, so that an optimiser's step is one loop whatever the model. AdamW's come first, then stacks of Muon's
 * matrices of one shape: a stack is one piece of memory, and its products run together.
 */
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
import type { OptimizerConfig } from "./optimizer_config.ts";

/** Matrices of one shape that lie behind each other in the flat vectors. */
export interface MatrixStack {
  /** Place of the first number. */
  readonly first: number;
  /** How many there are. */
  readonly count: number;
  /** First side of each. */
  readonly rows: number;
  /** Second side of each. */
  readonly columns: number;
}

/** The order of weights in the flat vectors, and Muon's part of it. */
export interface ParameterLayout {
  /** All weights: AdamW's as they were given, then Muon's by shape. */
  readonly shapes: Shapes;
  /** Numbers that AdamW updates: the first ones. */
  readonly adamwSize: number;
  /** Muon's matrices, behind AdamW's numbers. */
  readonly stacks: readonly MatrixStack[];
}

/** A weight as a matrix: linear layers [out in], kernels [out in·h·w]; undefined for what is neither. */
function matrixOf(shape: readonly number[]): [rows: number, columns: number] | undefined {
  if (shape.length !== 2 && shape.length !== 4) return undefined;
  const rows = shape[0] as number;
  return [rows, sizeOf(shape) / rows];
}

/**
 * Lays weights out for an optimiser.
 *
 * @param options.outer names of weights that AdamW keeps though they are matrices: first and last layers, time layers, embeddings.
 * @throws RangeError when `outer` names a weight that does not exist.
 */
export function parameterLayout(
  shapes: Shapes,
  options: { optimizer: OptimizerConfig; outer?: readonly string[] },
): ParameterLayout {
  const { optimizer, outer = [] } = options;
  const unknown = outer.find((name) => !(name in shapes));
  if (unknown !== undefined) {
    throw new RangeError(
      `Laying out the optimiser needs outer layers among the trained weights, got "${unknown}"`,
    );
  }
  const kept = new Set(outer);
  const stacked = new Map<string, { matrix: [number, number]; names: string[] }>();
  const first: string[] = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const matrix = optimizer.kind === "muon" && !kept.has(name) ? matrixOf(shape) : undefined;
    if (!matrix) first.push(name);
    else {
      const stack = stacked.get(matrix.join());
      if (stack) stack.names.push(name);
      else stacked.set(matrix.join(), { matrix, names: [name] });
    }
  }
  const sizes = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + sizeOf(shapes[name] as readonly number[]), 0);
  const adamwSize = sizes(first);
  let at = adamwSize;
  const stacks: MatrixStack[] = [];
  for (const { matrix: [rows, columns], names } of stacked.values()) {
    stacks.push({ first: at, count: names.length, rows, columns });
    at += sizes(names);
  }
  const order = [...first, ...[...stacked.values()].flatMap(({ names }) => names)];
  return {
    shapes: Object.fromEntries(order.map((name) => [name, shapes[name] as readonly number[]])),
    adamwSize,
    stacks,
  };
}

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
