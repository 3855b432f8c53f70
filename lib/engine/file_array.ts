/**
 * Weights that stay in their file. A compiled graph reads them from there by offset (ONNX external data), in the type they are stored in, and
 * widens them to float32 itself: no copy of them ever lies in this process's own memory, and the 2 GB limit of ONNX files does not bind.
 */
import { openFileSource } from "./byte_source.ts";
import type { HostArray } from "./host_array.ts";
import { readStored } from "./stored_array.ts";

/** Stored types that a graph widens by itself. */
export const FILE_KINDS = ["F32", "F16", "BF16"] as const;

/** A float array inside a file, row-major, little-endian. The file must not change while it is in use. */
export interface FileArray {
  /** What a program sees. */
  readonly dtype: "float32";
  /** Sides, outermost first. */
  readonly shape: readonly number[];
  /** Absolute path. */
  readonly file: string;
  /** Type as stored. */
  readonly kind: (typeof FILE_KINDS)[number];
  /** Byte of the first element. */
  readonly offset: number;
}

/** A weight in memory, or one that stays in its file. */
export type Weight = HostArray | FileArray;
/** Parameters of a model, each in memory or in its file. */
export type Weights = Record<string, Weight>;

/** Whether a weight stays in its file. */
export function isFileArray(weight: Weight): weight is FileArray {
  return "file" in weight;
}

/**
 * A weight in memory; one that is there already comes back as it is.
 *
 * @throws UserError when its file is gone or too short.
 */
export function readWeight(weight: Weight): HostArray {
  if (!isFileArray(weight)) return weight;
  const { dtype, shape, file, kind, offset } = weight;
  const source = openFileSource(file);
  try {
    const count = shape.reduce((product, side) => product * side, 1);
    return {
      dtype,
      shape,
      data: readStored(source, kind, { offset, count }, { what: `weights of ${file}` }),
    };
  } finally {
    source.close();
  }
}

/** All weights in memory. @throws UserError when a file is gone or too short. */
export function inMemory(weights: Weights): Record<string, HostArray> {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, readWeight(weight)]));
}
