/** Functions over tensors, turned into something that can be run again and again: compiled (default) or eager. */
import type { Weights } from "./file_array.ts";
import type { HostArray } from "./host_array.ts";
import type { HostParams, Params } from "./parameters.ts";

/** Shape and element type of a program's input. */
export interface InputSpec {
  /** Element type; float32 if absent. */
  readonly dtype?: "float32" | "int32";
  /** Sides; every run feeds exactly these. */
  readonly shape: readonly number[];
}

/** What a program is made of. */
export interface ProgramParts {
  /** Constants: weights that never change, in memory or in their files. */
  readonly frozen?: Readonly<Weights>;
  /** Arrays that live in the program; each run replaces those that `fn` returns. */
  readonly state?: HostParams;
  /** What is fed in at each run. */
  readonly inputs?: Readonly<Record<string, InputSpec>>;
}

/** A pure function of frozen weights, state and inputs. State names left out of the result stay as they are. */
export type ProgramFunction = (
  frozen: Params,
  state: Params,
  inputs: Params,
) => { readonly state?: Params; readonly outputs: Params };

/** Numbers to feed: a host array, or typed data in the declared shape. */
export type Feed = HostArray | Float32Array | Int32Array;

/** How one run goes on. */
export interface RunOptions {
  /** Arrays that outputs are written to, by name; what is not named goes to memory of the program's own. */
  readonly into?: Readonly<Record<string, HostArray["data"]>>;
}

/** Element type and sides of a program's output. */
export interface OutputSpec {
  /** Element type. */
  readonly dtype: HostArray["dtype"];
  /** Sides, outermost first. */
  readonly shape: readonly number[];
}

/** A function ready to run. */
export interface Program {
  /** What each run gives, as far as it is known before the first. */
  readonly outputs: Readonly<Record<string, OutputSpec>>;
  /**
   * Runs once. The arrays returned are reused by the next run: copy what must last.
   *
   * @throws RangeError when an input is missing, unexpected or of another size.
   */
  run(inputs: Readonly<Record<string, Feed>>, options?: RunOptions): Promise<HostParams>;
  /** Copies of the state. */
  readState(): HostParams;
  /** Replaces some of the state. */
  writeState(state: HostParams): void;
  /** Frees native memory. */
  dispose(): Promise<void>;
}

/** Typed data of one input, checked against its spec. */
export function feedData(name: string, feed: Feed | undefined, spec: InputSpec): Float32Array | Int32Array {
  const size = spec.shape.reduce((a, b) => a * b, 1);
  if (feed === undefined) {
    throw new RangeError(`Running a program needs input "${name}" [${spec.shape}], got nothing`);
  }
  const data = ArrayBuffer.isView(feed) ? feed : feed.data;
  const kind = spec.dtype ?? "float32";
  const right = kind === "float32" ? data instanceof Float32Array : data instanceof Int32Array;
  if (!right || data.length !== size) {
    throw new RangeError(
      `Running a program needs input "${name}" as ${kind} [${spec.shape}] (${size} numbers), got ${data.constructor.name} of ${data.length}`,
    );
  }
  return data as Float32Array | Int32Array;
}

/** Memory of one output, checked against what the program makes. */
export function outputData(name: string, given: HostArray["data"], own: HostArray): HostArray["data"] {
  if (given.constructor !== own.data.constructor || given.length !== own.data.length) {
    throw new RangeError(
      `Running a program needs output "${name}" as ${own.dtype} [${own.shape}] (${own.data.length} numbers), got ${given.constructor.name} of ${given.length}`,
    );
  }
  return given;
}

/** Rejects inputs that a program does not have. */
export function rejectUnknown(
  inputs: Readonly<Record<string, Feed>>,
  specs: Readonly<Record<string, InputSpec>>,
): void {
  for (const name of Object.keys(inputs)) {
    if (!(name in specs)) {
      const known = Object.keys(specs).join(", ") || "none";
      throw new RangeError(`Running a program needs only its own inputs (${known}), got "${name}"`);
    }
  }
}
