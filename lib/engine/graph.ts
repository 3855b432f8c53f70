/** The record of a function: an ONNX-like graph of named values. Passes are pure functions Graph → Graph. */
import type { FileArray } from "./file_array.ts";
import { type DType, host, type HostArray, sizeOf } from "./host_array.ts";

/** Attribute of a node: ONNX INT, INTS, FLOAT or STRING by the JavaScript type (floats are wrapped to keep 1 and 1.0 apart). */
export type Attribute = number | readonly number[] | { readonly float: number } | string;

/** What is known of a value. */
export interface ValueInfo {
  readonly dtype: DType | "int64";
  readonly shape: readonly number[];
}

/** One operation. An empty output name means that the output is not wanted. */
export interface GraphNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant: ordinary array, or int64 numbers (shapes, axes). */
export type Constant = HostArray | {
  readonly dtype: "int64";
  readonly shape: readonly number[];
  readonly data: readonly number[];
};

/** A function as a list of nodes in execution order. */
export interface Graph {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly values: ReadonlyMap<string, ValueInfo>;
  readonly constants: ReadonlyMap<string, Constant>;
  /** Constants that stay in a file, as stored there; none if absent. */
  readonly stored?: ReadonlyMap<string, FileArray>;
  readonly nodes: readonly GraphNode[];
}

/** Appends nodes and constants; the recording backend's kernels write into one of these. */
export class GraphBuilder {
  readonly values = new Map<string, ValueInfo>();
  readonly constants = new Map<string, Constant>();
  readonly stored = new Map<string, FileArray>();
  readonly nodes: GraphNode[] = [];
  readonly inputs: string[] = [];
  /** Values known to hold one number everywhere; binary kernels use a scalar instead. */
  readonly uniform = new Map<string, number>();
  readonly #shared = new Map<string, string>();
  readonly #lasting = new Set<string>();
  #count = 0;

  /** @param options.winograd whether convolutions may take Winograd's form; default true. */
  constructor(readonly options: { readonly winograd?: boolean } = {}) {}

  #fresh(): string {
    return `v${this.#count++}`;
  }

  /** Declares a graph input. */
  input(name: string, info: ValueInfo): string {
    this.inputs.push(name);
    this.values.set(name, info);
    return name;
  }

  /** Declares a named constant (a frozen weight). */
  frozen(name: string, array: HostArray): string {
    this.constants.set(name, array);
    this.values.set(name, { dtype: array.dtype, shape: array.shape });
    this.#lasting.add(name);
    return name;
  }

  /** Declares a named constant that stays in its file; a node widens it. */
  fileConstant(name: string, array: FileArray): string {
    const { dtype, shape, kind } = array;
    this.values.set(name, { dtype, shape });
    this.#lasting.add(name);
    if (kind === "F32") this.stored.set(name, array);
    else {
      this.stored.set(`stored:${name}`, array);
      this.nodes.push({
        op: "Cast",
        domain: "",
        inputs: [`stored:${name}`],
        outputs: [name],
        attributes: { to: 1 },
      });
    }
    return name;
  }

  /** A constant; small equal ones are shared, arrays of one repeated number are kept as that number until somebody needs them whole. */
  constant(array: Constant): string {
    const { dtype, shape, data } = array;
    const first = data[0];
    const same = dtype !== "int64" && data.length > 0 &&
      (data as Float32Array).every((value) => value === first);
    if (same && data.length > 1) return this.fill(first as number, { dtype, shape });
    const id = data.length <= 16 ? `${dtype}|${shape}|${Array.from(data)}` : undefined;
    const known = id && this.#shared.get(id);
    if (known) return known;
    const name = this.#fresh();
    this.constants.set(name, array);
    this.values.set(name, { dtype, shape });
    this.#lasting.add(name);
    if (same) this.uniform.set(name, first as number);
    if (id) this.#shared.set(id, name);
    return name;
  }

  /** A float scalar. */
  scalar(value: number, dtype: DType = "float32"): string {
    const data = dtype === "float32"
      ? Float32Array.of(value)
      : dtype === "int32"
      ? Int32Array.of(value)
      : Uint8Array.of(value);
    return this.constant(host(data, []));
  }

  /** A list of int64 numbers (axes, shapes). */
  int64(values: readonly number[]): string {
    return this.constant({ dtype: "int64", shape: [values.length], data: values });
  }

  /** An array of one repeated number. */
  fill(value: number, info: { dtype: DType; shape: readonly number[] }): string {
    const id = `fill|${info.dtype}|${info.shape}|${value}`;
    const known = this.#shared.get(id);
    if (known) return known;
    const scalar = this.scalar(value, info.dtype);
    const name = sizeOf(info.shape) === 1 && info.shape.length === 0
      ? scalar
      : this.emit("Expand", [scalar, this.int64(info.shape)], info);
    this.uniform.set(name, value);
    this.#shared.set(id, name);
    return name;
  }

  /** Appends a node with one output and returns its name. */
  emit(
    op: string,
    inputs: readonly string[],
    info: ValueInfo,
    attributes: Record<string, Attribute> = {},
    domain = "",
  ): string {
    return this.emitMany(op, inputs, [info], attributes, domain)[0] as string;
  }

  /** Appends a node with several outputs; `undefined` leaves an output unnamed. */
  emitMany(
    op: string,
    inputs: readonly string[],
    infos: readonly (ValueInfo | undefined)[],
    attributes: Record<string, Attribute> = {},
    domain = "",
  ): string[] {
    const outputs = infos.map((info) => {
      if (!info) return "";
      const name = this.#fresh();
      this.values.set(name, info);
      return name;
    });
    this.nodes.push({ op, domain, inputs, outputs, attributes });
    if (inputs.every((name) => name === "" || this.#lasting.has(name))) {
      for (const name of outputs) this.#lasting.add(name);
    }
    return outputs;
  }

  /** Whether a value is the same in every run: a constant, or computed from constants alone. */
  lasts(name: string): boolean {
    return this.#lasting.has(name);
  }

  /** What is known of a value. */
  info(name: string): ValueInfo {
    const info = this.values.get(name);
    if (!info) throw new RangeError(`Reading value "${name}" of the record: it does not exist`);
    return info;
  }

  /** The finished graph. */
  graph(outputs: readonly string[]): Graph {
    return {
      inputs: this.inputs,
      outputs,
      values: this.values,
      constants: this.constants,
      ...(this.stored.size > 0 ? { stored: this.stored } : {}),
      nodes: this.nodes,
    };
  }
}
