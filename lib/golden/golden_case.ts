/**
 * Golden cases: expected values computed by the reference implementations with small random weights, a pair CASE.json and CASE.safetensors.
 * Tensor names start with `weights.`, `inputs.`, `outputs.`, `grads.` or `intermediates.`; the json holds config, tolerance and provenance.
 */
import {
  type HostArray,
  type HostParams,
  isJsonObject,
  readSafetensors,
  scope,
  UserError,
} from "../engine/mod.ts";

/** An expected or actual tensor; float64 where the reference computed in float64. */
export interface Values {
  /** Sizes of its axes. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float64Array | HostArray["data"];
}

/** Largest permitted relative L2 errors; 0 means exact. */
export interface Tolerance {
  /** Bar of every tensor without one of its own. */
  readonly outputs: number;
  /** Bar of gradients. */
  readonly grads?: number;
  /** Bar of sub-modules' outputs. */
  readonly intermediates?: number;
  /** Bars of tensors whose full name starts with the key; the longest match comes before the general ones. */
  readonly by_prefix?: Readonly<Record<string, number>>;
}

/** One case, read. */
export interface GoldenCase {
  /** Name of its files. */
  readonly name: string;
  /** What it checks, in words. */
  readonly what: string;
  /** The reference's configuration, its field names; its form depends on the case. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The bars. */
  readonly tolerance: Tolerance;
  /** The whole json file. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Under the reference's state-dict names. */
  readonly weights: HostParams;
  /** Everything fed in, random numbers included. */
  readonly inputs: HostParams;
  /** Under full names: `outputs.…`, `grads.…`, `intermediates.…`. */
  readonly expected: Readonly<Record<string, Values>>;
}

/**
 * Reads a case from the bytes of its two files.
 *
 * @throws UserError when a file is damaged or no case.
 */
export function parseCase(name: string, json: string, bytes: Uint8Array): GoldenCase {
  const description = parseJson(name, json);
  const { what, config, tolerance } = description;
  if (!isJsonObject(config) || !isJsonObject(tolerance) || typeof tolerance.outputs !== "number") {
    throw new UserError(
      `Reading golden case "${name}" failed: its json needs "config" and "tolerance.outputs"`,
    );
  }
  const { tensors } = readSafetensors(bytes, { what: `golden case "${name}"` });
  const expected: Record<string, Values> = {};
  for (const [key, tensor] of Object.entries(tensors)) {
    if (/^(outputs|grads|intermediates)\./.test(key)) expected[key] = tensor;
  }
  for (const [key, tensor] of Object.entries(float64Tensors(bytes))) {
    if (key in expected) expected[key] = tensor;
  }
  return {
    name,
    what: String(what),
    config,
    tolerance: tolerance as unknown as Tolerance,
    description,
    weights: scope(tensors, "weights"),
    inputs: scope(tensors, "inputs"),
    expected,
  };
}

function parseJson(name: string, json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UserError(`Reading golden case "${name}" failed: ${name}.json is no JSON`);
  }
  if (!isJsonObject(value)) {
    throw new UserError(`Reading golden case "${name}" failed: ${name}.json is no object`);
  }
  return value;
}

/** The float64 tensors of a file that readSafetensors has already checked; models read them as float32, bars of 1e-9 cannot. */
function float64Tensors(bytes: Uint8Array): Record<string, Values> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, {
    dtype?: string;
    shape: number[];
    data_offsets: [number, number];
  }>;
  const found: Record<string, Values> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (dtype !== "F64") continue;
    const [start, end] = data_offsets;
    found[name] = { shape, data: new Float64Array(bytes.slice(8 + length + start, 8 + length + end).buffer) };
  }
  return found;
}
