/**
 * The safetensors format: 8 bytes little-endian header length, a JSON header, raw tensors.
 * Nothing in a file is executed; every length is checked against the file.
 */
import { UserError } from "./errors.ts";
import { type HostArray, sizeOf } from "./host_array.ts";
import type { HostParams } from "./parameters.ts";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Bytes of an element. */
const WIDTH: ReadonlyMap<string, number> = new Map([
  ["F64", 8],
  ["F32", 4],
  ["F16", 2],
  ["BF16", 2],
  ["I64", 8],
  ["I32", 4],
  ["I16", 2],
  ["U8", 1],
  ["I8", 1],
  ["BOOL", 1],
]);
const MAX_HEADER = 100_000_000;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** Arrays by name, in the header's order. */
  readonly tensors: HostParams;
  /** The header's `__metadata__`; empty if absent. */
  readonly metadata: Record<string, string>;
}

/** The elements as the engine holds them; undefined for an integer beyond 32 bits. */
function widen(kind: string, bytes: Uint8Array, count: number): HostArray["data"] | undefined {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  switch (kind) {
    case "F32":
      return new Float32Array(buffer);
    case "F64":
      return Float32Array.from(new Float64Array(buffer));
    case "F16":
      return Float32Array.from(new Float16Array(buffer));
    case "BF16": {
      const halves = new Uint16Array(buffer);
      const bits = new Uint32Array(count);
      for (let i = 0; i < count; i++) bits[i] = (halves[i] as number) << 16;
      return new Float32Array(bits.buffer);
    }
    case "I64": {
      const wide = new BigInt64Array(buffer);
      return wide.some((value) => value !== BigInt.asIntN(32, value))
        ? undefined
        : Int32Array.from(wide, Number);
    }
    case "I32":
      return new Int32Array(buffer);
    case "I16":
      return Int32Array.from(new Int16Array(buffer));
    case "I8":
      return Int32Array.from(new Int8Array(buffer));
    case "BOOL":
      return new Uint8Array(buffer);
    default: // U8
      return Int32Array.from(new Uint8Array(buffer));
  }
}

/**
 * Reads a safetensors file. F16, BF16 and F64 become float32; I64, I16, I8 and U8 become int32.
 *
 * @throws UserError when a length or offset does not fit the file, or a type is unknown.
 */
export function readSafetensors(bytes: Uint8Array, options: { what?: string } = {}): SafetensorsFile {
  const what = options.what ?? "a safetensors file";
  const fail = (why: string): never => {
    throw new UserError(`Reading ${what} failed: ${why}`);
  };
  if (bytes.length < 8) fail(`expected at least 8 bytes, got ${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER || 8 + length > bytes.length) {
    fail(
      `its header claims ${length} bytes, the file has ${bytes.length}: truncated, or no safetensors file`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    fail("its header is no JSON");
  }
  const header = isRecord(parsed) ? parsed : fail("its header is no JSON object");
  const body = bytes.subarray(8 + length);
  const tensors: HostParams = {};
  const metadata: Record<string, string> = {};
  const places: [number, number][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__proto__" || !isRecord(value)) fail(`its header has no valid entry "${name}"`);
    if (name === "__metadata__") {
      for (const [field, text] of Object.entries(value as object)) {
        metadata[field] = typeof text === "string" ? text : fail(`its metadata "${field}" is no text`);
      }
      continue;
    }
    const { dtype, shape, data_offsets } = value as unknown as Entry;
    const width = WIDTH.get(dtype) ?? fail(`tensor "${name}" has unknown type ${dtype}`);
    if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0)) {
      fail(`tensor "${name}" has no valid shape`);
    }
    const [start, end] = Array.isArray(data_offsets) ? data_offsets : fail(`tensor "${name}" has no offsets`);
    const count = sizeOf(shape);
    const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
    if (!(whole && start >= 0 && end <= body.length && end - start === count * width)) {
      fail(
        `tensor "${name}" expects ${
          count * width
        } bytes at ${start}, the file has ${body.length}: truncated or damaged`,
      );
    }
    places.push([start, end]);
    const data = widen(dtype, body.subarray(start, end), count) ??
      fail(`tensor "${name}" holds an integer beyond 32 bits`);
    const kind = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool";
    tensors[name] = { dtype: kind, shape, data };
  }
  // As the format demands: no byte without a tensor, none with two.
  let covered = 0;
  for (const [start, end] of places.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (start !== covered) fail(`its tensors overlap or leave a gap at byte ${Math.min(start, covered)}`);
    covered = end;
  }
  if (covered !== body.length) fail(`its tensors end at byte ${covered}, the file has ${body.length}`);
  return { tensors, metadata };
}

/**
 * Writes tensors with a string-to-string header. `dtype` float16 halves floats (relative error at most 2⁻¹¹ in the normal range).
 */
export function writeSafetensors(
  tensors: HostParams,
  metadata: Record<string, string> = {},
  options: { dtype?: "float32" | "float16" } = {},
): Uint8Array {
  const half = options.dtype === "float16";
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    const stored = half && data instanceof Float32Array ? new Float16Array(data) : data;
    const kind = stored instanceof Float32Array
      ? "F32"
      : stored instanceof Int32Array
      ? "I32"
      : stored instanceof Uint8Array
      ? "BOOL"
      : "F16";
    const raw = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    header[name] = { dtype: kind, shape, data_offsets: [offset, offset + raw.length] };
    parts.push(raw);
    offset += raw.length;
  }
  let json = JSON.stringify(header);
  json += " ".repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8);
  const text = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + text.length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  let at = 8 + text.length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
