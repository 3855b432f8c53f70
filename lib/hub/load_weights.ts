/** Strict loading of a model's weights out of a file of any published layout: every tensor is used, or left out by a row that says why. */
import {
  checkShapes,
  host,
  type HostArray,
  type HostParams,
  type Shapes,
  sizeOf,
  UserError,
  type Weight,
  type Weights,
} from "../engine/mod.ts";
import { fileKind } from "./file_kind.ts";
import { type NameRow, renamed } from "./published_names.ts";
import type { StoredTensor, WeightFile } from "./weight_file.ts";

/** A tensor of the file that makes (a part of) one of the model's. */
interface Source {
  readonly name: string;
  readonly part: number;
  readonly shape: readonly number[];
}

/** What a file holds for a model, under the reference's names; no tensor has been read. */
export interface LoadPlan {
  /** Shapes under the reference's names, in the file's order. */
  readonly shapes: Shapes;
  /** Names of the file that are left out, each with the reason. */
  readonly ignored: Readonly<Record<string, string>>;
  /** Reads one tensor by the reference's name. */
  read(name: string): HostArray;
  /** The same left in its file where a graph can read it from there. */
  weight(name: string): Weight;
}

function withoutTrailingOnes(shape: readonly number[]): readonly number[] {
  let end = shape.length;
  while (end > 1 && shape[end - 1] === 1) end--;
  return shape.slice(0, end);
}

function stackedShape(parts: readonly Source[]): readonly number[] {
  const first = parts[0] as Source;
  if (parts.length === 1) return first.shape;
  return [parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0), ...first.shape.slice(1)];
}

function stack(arrays: readonly HostArray[], shape: readonly number[]): HostArray {
  const data = new Float32Array(sizeOf(shape));
  let at = 0;
  for (const array of arrays) {
    data.set(array.data, at);
    at += array.data.length;
  }
  return host(data, shape);
}

/** Whether two tensors of a file are the same, number by number. */
function equal(file: WeightFile, names: readonly [string, string]): boolean {
  const [a, b] = names.map((name) => file.tensors[name] as StoredTensor) as [StoredTensor, StoredTensor];
  if (a.kind !== b.kind || String(a.shape) !== String(b.shape)) return false;
  const [x, y] = names.map((name) => file.read(name).data) as [HostArray["data"], HostArray["data"]];
  return x.every((value, i) => Object.is(value, y[i]));
}

/**
 * Finds the reference's names in a file. A tensor that stands under two names is one: a module that two others share is saved with each.
 *
 * @param wanted names that the model has; these are taken as they are, renamed by no row.
 * @throws UserError when two different tensors of the file claim the same name.
 */
export function planLoading(
  file: WeightFile,
  rows: readonly NameRow[],
  wanted: Shapes = {},
): LoadPlan {
  const sources: Record<string, Source[]> = {};
  const ignored: Record<string, string> = {};
  for (const [name, { shape }] of Object.entries<StoredTensor>(file.tensors)) {
    const found = Object.hasOwn(wanted, name) ? { name, squeeze: false } : renamed(name, rows);
    if (found.name === null) {
      ignored[name] = found.reason ?? "not needed";
      continue;
    }
    const part = "part" in found ? found.part ?? 0 : 0;
    const list = sources[found.name] ??= [];
    const twin = list.find((other) => other.part === part);
    if (twin) {
      if (equal(file, [twin.name, name])) continue;
      throw new UserError(
        `Loading ${file.what} failed: expected one tensor for "${found.name}", got "${twin.name}" and "${name}", which differ`,
      );
    }
    list.push({ name, part, shape: found.squeeze ? withoutTrailingOnes(shape) : shape });
  }
  const shapes: Record<string, readonly number[]> = {};
  for (const [name, parts] of Object.entries(sources)) {
    parts.sort((a, b) => a.part - b.part);
    shapes[name] = stackedShape(parts);
  }
  const find = (name: string) => {
    const parts = sources[name], shape = shapes[name];
    if (!parts || !shape) throw new RangeError(`Reading "${name}" of ${file.what}: no such tensor`);
    return { parts, shape };
  };
  const read = (name: string): HostArray => {
    const { parts, shape } = find(name);
    const arrays = parts.map((part) => file.read(part.name));
    return arrays.length > 1 ? stack(arrays, shape) : { ...arrays[0] as HostArray, shape };
  };
  return {
    shapes,
    ignored,
    read,
    weight(name) {
      const { parts: [first, ...more], shape } = find(name);
      const place = more.length === 0 ? file.inPlace?.((first as Source).name) : undefined;
      return place ? { ...place, shape } : read(name);
    },
  };
}

function checkedPlan(
  file: WeightFile,
  shapes: Shapes,
  { rows = [], what = file.what }: { rows?: readonly NameRow[]; what?: string },
): LoadPlan {
  const plan = planLoading(file, rows, shapes);
  const [wanted, got] = [Object.keys(shapes), Object.keys(file.tensors)].map(fileKind);
  const mistaken = wanted && got && wanted !== got ? `${what} (expected ${wanted}, got ${got})` : what;
  checkShapes(plan.shapes, shapes, { what: mistaken });
  return plan;
}

/**
 * Reads a model's parameters, in the model's order. Shapes are checked before anything is read.
 *
 * @throws UserError listing missing, unexpected and mis-shaped tensors: the first ten, then a count.
 */
export function loadWeights(
  file: WeightFile,
  shapes: Shapes,
  options: { rows?: readonly NameRow[]; what?: string } = {},
): HostParams {
  const plan = checkedPlan(file, shapes, options);
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, plan.read(name)]));
}

/**
 * {@link loadWeights} without reading: weights stay in their file wherever a graph can read them from there. The file must stay as it is.
 *
 * @throws UserError listing missing, unexpected and mis-shaped tensors: the first ten, then a count.
 */
export function weightsInPlace(
  file: WeightFile,
  shapes: Shapes,
  options: { rows?: readonly NameRow[]; what?: string } = {},
): Weights {
  const plan = checkedPlan(file, shapes, options);
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, plan.weight(name)]));
}

/** A state dict in memory as a file. */
export function weightsInMemory(state: HostParams, options: { what: string }): WeightFile {
  const kinds = { float32: "F32", int32: "I32", bool: "BOOL" } as const;
  return {
    what: options.what,
    tensors: Object.fromEntries(
      Object.entries(state).map(([name, { dtype, shape }]) => [name, { kind: kinds[dtype], shape }]),
    ),
    metadata: {},
    read(name) {
      const found = state[name];
      if (!found) throw new RangeError(`Reading "${name}" of ${options.what}: no such tensor`);
      return found;
    },
    close: () => {},
  };
}
