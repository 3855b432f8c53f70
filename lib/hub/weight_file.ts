/** Files of weights, whatever their format, read tensor by tensor: what is not asked for never enters memory. */
import {
  type FileArray,
  type HostArray,
  openFileSource,
  readSafetensorsIndex,
  readStored,
  type StoredKind,
  UserError,
  widenedType,
} from "../engine/mod.ts";
import { fileArray } from "./file_place.ts";
import { openTorchFile } from "./torch_file.ts";

/** A tensor that can be read. */
export interface StoredTensor {
  /** Element type as stored. */
  readonly kind: StoredKind;
  /** Sides, outermost first. */
  readonly shape: readonly number[];
}

/** An open file of weights. Every length in it has been checked against the file. */
export interface WeightFile {
  /** What it is called in errors. */
  readonly what: string;
  /** Its tensors by name, in the file's order; nested dicts flattened with dots. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Text that travels with the weights; empty in pickled files. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor, widened to the engine's types. */
  read(name: string): HostArray;
  /** The tensor in its place, if a graph can read it from there: a plain run of floats in a file; nothing otherwise. */
  inPlace?(name: string): FileArray | undefined;
  /** Gives the file handle back. */
  close(): void;
}

/** First bytes of a zip file. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/**
 * Opens a `.safetensors` file or a `.bin`/`.pt` file of torch. The content decides, not the name.
 *
 * @param options.what what to call it in errors; the path if absent.
 * @throws UserError when the file is neither, or is truncated or damaged, or its pickle holds anything but tensors.
 */
export async function openWeightFile(path: string, options: { what?: string } = {}): Promise<WeightFile> {
  const { what = path } = options;
  const source = openFileSource(path);
  try {
    const start = new Uint8Array(Math.min(8, source.size));
    source.read(0, start);
    if (ZIP.every((byte, i) => start[i] === byte)) return await openTorchFile(path, source, { what });
    if (start[0] === 0x80 && (start[1] as number) <= 5 && start[3] !== 0) {
      throw new UserError(
        `Reading ${what} failed: expected safetensors or a zip file of torch, got a bare pickle as torch wrote before 1.6; ` +
          "load and save it again with a newer torch, or convert it to safetensors",
      );
    }
    const { entries, metadata } = readSafetensorsIndex(source, { what });
    return {
      what,
      tensors: entries,
      metadata,
      read(name) {
        const entry = entries[name];
        if (!entry) throw new RangeError(`Reading "${name}" of ${what}: no such tensor`);
        const data = readStored(source, entry.kind, entry, { what: `tensor "${name}" of ${what}` });
        return { dtype: widenedType(entry.kind), shape: entry.shape, data };
      },
      inPlace(name) {
        const entry = entries[name];
        return entry && fileArray(path, entry);
      },
      close: source.close,
    };
  } catch (error) {
    source.close();
    throw error;
  }
}
