/** The safetensors format: 8 bytes little-endian header length, a JSON header, raw tensors. */
import { bytesSource } from "./byte_source.ts";
import type { HostParams } from "./parameters.ts";
import { readSafetensorsIndex } from "./safetensors_index.ts";
import { readStored, widenedType } from "./stored_array.ts";

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** Arrays by name, in the header's order. */
  readonly tensors: HostParams;
  /** The header's `__metadata__`; empty if absent. */
  readonly metadata: Record<string, string>;
}

/**
 * Reads a whole safetensors file from memory. F16, BF16 and F64 become float32; I64, I16, I8 and U8 become int32.
 * For files that are large or of which a part is wanted see `openWeightFile`.
 *
 * @throws UserError when a length or offset does not fit the file, or a type is unknown.
 */
export function readSafetensors(bytes: Uint8Array, options: { what?: string } = {}): SafetensorsFile {
  const { what = "a safetensors file" } = options;
  const source = bytesSource(bytes);
  const { entries, metadata } = readSafetensorsIndex(source, { what });
  const tensors: HostParams = {};
  for (const [name, entry] of Object.entries(entries)) {
    const data = readStored(source, entry.kind, entry, { what: `tensor "${name}" of ${what}` });
    tensors[name] = { dtype: widenedType(entry.kind), shape: entry.shape, data };
  }
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
