/** What a file of weights is, whatever its format: read tensor by tensor, so that what is not asked for never enters memory. */
import type { FileArray, HostArray, StoredKind } from "../engine/mod.ts";

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
