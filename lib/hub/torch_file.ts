/**
 * Files written by `torch.save` (1.6 and later): a zip file of uncompressed entries, `NAME/data.pkl` that describes the tensors and
 * `NAME/data/KEY` for each storage. The pickle is read by {@link unpickleStateDict}, which executes nothing.
 */
import {
  emptyWidened,
  type FileSource,
  type HostArray,
  readStored,
  sizeOf,
  STORED_WIDTH,
  UserError,
  widenedType,
} from "../engine/mod.ts";
import { fileArray } from "./file_place.ts";
import { type PickledTensor, unpickleStateDict } from "./unpickle.ts";
import type { WeightFile } from "./weight_file.ts";
import { readZipDirectory, type StoredEntry } from "./zip_directory.ts";

/** The description of even the largest models' tensors is a few hundred kB. */
const MAX_PICKLE = 100_000_000;
/** A view may repeat elements (stride 0), but a small file must not ask for a large memory. */
const MAX_REPEATED = 1 << 24;

/** Elements that a view reaches, from the storage's start. */
function reach({ offset, shape, strides }: PickledTensor): number {
  if (shape.includes(0)) return offset;
  return shape.reduce((last, side, i) => last + (side - 1) * (strides[i] as number), offset) + 1;
}

function isContiguous({ shape, strides }: PickledTensor): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i] as number;
  }
  return true;
}

/** The elements of a view, row-major, out of the storage's elements from the view's first one on. */
function gather(tensor: PickledTensor, stored: HostArray["data"]): HostArray["data"] {
  const { shape, strides, kind } = tensor;
  const count = sizeOf(shape);
  const data = emptyWidened(kind, count);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < count; i++) {
    data[i] = stored[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      if (++(index[axis] as number) < (shape[axis] as number)) break;
      from -= (shape[axis] as number) * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return data;
}

/**
 * Opens a torch file whose handle is `source`; {@link openWeightFile} is the way in.
 *
 * @throws UserError when it is damaged or holds anything but (nested dicts of) tensors.
 */
export async function openTorchFile(
  path: string,
  source: FileSource,
  options: { what: string },
): Promise<WeightFile> {
  const { what } = options;
  const fail = (why: string): never => {
    throw new UserError(`Reading ${what} failed: ${why}`);
  };
  const entries = await readZipDirectory(source, { what });
  const pickle = [...entries.keys()].find((name) => name.endsWith("/data.pkl")) ??
    fail("expected NAME/data.pkl as torch.save writes, its zip file has none");
  const root = pickle.slice(0, -"data.pkl".length);
  const content = (name: string, limit: number): Uint8Array | undefined => {
    const entry = entries.get(root + name);
    if (!entry) return undefined;
    if (entry.size > limit) fail(`its ${name} has ${entry.size} bytes, expected at most ${limit}`);
    const bytes = new Uint8Array(entry.size);
    source.read(entry.offset, bytes);
    return bytes;
  };
  const order = new TextDecoder().decode(content("byteorder", 16) ?? new TextEncoder().encode("little"));
  if (order !== "little") fail(`expected little-endian numbers, it says "${order}"`);
  const tensors = unpickleStateDict(content("data.pkl", MAX_PICKLE) as Uint8Array, { what });
  const places: Record<string, StoredEntry> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const entry = entries.get(`${root}data/${tensor.storage}`) ??
      fail(`tensor "${name}" needs the entry data/${tensor.storage}, which is missing`);
    const bytes = tensor.storageSize * STORED_WIDTH[tensor.kind];
    if (entry.size !== bytes) {
      fail(`tensor "${name}" expects a storage of ${bytes} bytes, data/${tensor.storage} has ${entry.size}`);
    }
    const end = reach(tensor);
    if (!Number.isSafeInteger(end) || end > tensor.storageSize) {
      fail(`tensor "${name}" reaches element ${end} of a storage of ${tensor.storageSize}`);
    }
    if (sizeOf(tensor.shape) > Math.max(tensor.storageSize, MAX_REPEATED)) {
      fail(`tensor "${name}" repeats ${tensor.storageSize} elements to ${sizeOf(tensor.shape)}`);
    }
    places[name] = entry;
  }
  return {
    what,
    tensors,
    metadata: {},
    read(name) {
      const tensor = tensors[name], entry = places[name];
      if (!tensor || !entry) throw new RangeError(`Reading "${name}" of ${what}: no such tensor`);
      const { kind, shape, offset } = tensor;
      const simple = isContiguous(tensor);
      const count = simple ? sizeOf(shape) : reach(tensor) - offset;
      const place = { offset: entry.offset + offset * STORED_WIDTH[kind], count };
      const stored = readStored(source, kind, place, { what: `tensor "${name}" of ${what}` });
      return { dtype: widenedType(kind), shape, data: simple ? stored : gather(tensor, stored) };
    },
    inPlace(name) {
      const tensor = tensors[name], entry = places[name];
      if (!tensor || !entry || !isContiguous(tensor)) return undefined;
      const { kind, shape, offset } = tensor;
      return fileArray(path, { kind, shape, offset: entry.offset + offset * STORED_WIDTH[kind] });
    },
    close: source.close,
  };
}
