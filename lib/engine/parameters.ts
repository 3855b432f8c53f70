import type * as tf from "./tfjs.ts";
import { UserError } from "./errors.ts";
import type { Weights } from "./file_array.ts";
import { type HostArray, sizeOf } from "./host_array.ts";

/** Parameters of a model as tensors, flat, under the reference's dotted state-dict names. */
export type Params = Record<string, tf.Tensor>;
/** The same in ordinary memory. */
export type HostParams = Record<string, HostArray>;
/** Names and shapes in the reference's order. */
export type Shapes = Record<string, readonly number[]>;

/** The entries below `prefix.`, with the prefix stripped: `scope(unet, "down_blocks.0")`. */
export function scope<T>(tree: Record<string, T>, prefix: string): Record<string, T> {
  const start = prefix + ".";
  const inner: Record<string, T> = {};
  for (const name in tree) if (name.startsWith(start)) inner[name.slice(start.length)] = tree[name] as T;
  return inner;
}

/** The same entries with `prefix.` before every name; the inverse of {@link scope}. */
export function prefixed<T>(tree: Record<string, T>, prefix: string): Record<string, T> {
  return Object.fromEntries(Object.entries(tree).map(([name, leaf]) => [`${prefix}.${name}`, leaf]));
}

/** Splits a tree by name into the leaves that satisfy `trainable` and the rest; {@link combine} puts them together again. */
export function partition<T>(
  tree: Record<string, T>,
  trainable: (name: string) => boolean,
): { trainable: Record<string, T>; frozen: Record<string, T> } {
  const split = { trainable: {} as Record<string, T>, frozen: {} as Record<string, T> };
  for (const [name, leaf] of Object.entries(tree)) {
    split[trainable(name) ? "trainable" : "frozen"][name] = leaf;
  }
  return split;
}

/**
 * Joins trees of distinct names.
 *
 * @throws RangeError when a name occurs twice.
 */
export function combine<T>(...trees: readonly Record<string, T>[]): Record<string, T> {
  const all: Record<string, T> = {};
  for (const tree of trees) {
    for (const [name, leaf] of Object.entries(tree)) {
      if (name in all) throw new RangeError(`combine() needs distinct names: "${name}" occurs twice`);
      all[name] = leaf;
    }
  }
  return all;
}

/**
 * The leaf called `name`.
 *
 * @throws RangeError naming the parameter and a few of those that exist.
 */
export function leaf<T>(tree: Record<string, T>, name: string): T {
  const found = tree[name];
  if (found === undefined) {
    throw new RangeError(
      `Reading parameter "${name}": not there; the tree has ${
        Object.keys(tree).slice(0, 6).join(", ") || "no leaves"
      }`,
    );
  }
  return found;
}

/** Total number of scalars. */
export function countParameters(tree: Shapes | Readonly<Weights>): number {
  let total = 0;
  for (const entry of Object.values(tree)) total += sizeOf("shape" in entry ? entry.shape : entry);
  return total;
}

/**
 * Checks the names and shapes that were found against those that a model expects. Every name must be used.
 *
 * @throws UserError listing the first ten missing, unexpected and mis-shaped keys.
 */
export function checkShapes(found: Shapes, expected: Shapes, options: { what: string }): void {
  const faults: string[] = [];
  for (const [name, shape] of Object.entries(expected)) {
    const got = found[name];
    if (!got) faults.push(`missing "${name}"`);
    else if (got.join() !== shape.join()) faults.push(`"${name}" expected [${shape}], got [${got}]`);
  }
  for (const name of Object.keys(found)) if (!(name in expected)) faults.push(`unexpected "${name}"`);
  if (faults.length === 0) return;
  const more = faults.length > 10 ? `; and ${faults.length - 10} more` : "";
  throw new UserError(`Loading ${options.what} failed: ${faults.slice(0, 10).join("; ")}${more}`);
}

/**
 * Checks a state dict against the shapes a model expects and returns it in the model's order. Every key must be used.
 *
 * @throws UserError listing the first ten missing, unexpected and mis-shaped keys.
 */
export function loadStrict(state: HostParams, shapes: Shapes, options: { what: string }): HostParams {
  const found = Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape]));
  checkShapes(found, shapes, options);
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, leaf(state, name)]));
}
