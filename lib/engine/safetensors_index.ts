/**
 * The header of a safetensors file: 8 bytes little-endian length, then JSON with each tensor's type, shape and place. Nothing in a file is
 * executed; every length is checked against the file before a tensor is read.
 */
import type { ByteSource } from "./byte_source.ts";
import { UserError } from "./errors.ts";
import { sizeOf } from "./host_array.ts";
import { isJsonObject } from "./json_object.ts";
import { beginning, standIn } from "./stand_in.ts";
import { isStoredKind, STORED_WIDTH, type StoredKind } from "./stored_array.ts";

/** Where a tensor lies. */
export interface SafetensorsEntry {
  /** Element type as stored. */
  readonly kind: StoredKind;
  /** Sides, outermost first. */
  readonly shape: readonly number[];
  /** Byte of its first element, counted from the file's start. */
  readonly offset: number;
  /** Number of elements. */
  readonly count: number;
}

/** What a header says, checked. */
export interface SafetensorsIndex {
  /** Places by name, in the header's order. */
  readonly entries: Readonly<Record<string, SafetensorsEntry>>;
  /** The header's `__metadata__`; empty if absent. */
  readonly metadata: Record<string, string>;
}

/** Files of other formats, by how they begin. */
const NO_WEIGHTS: readonly (readonly [start: RegExp, what: string])[] = [
  [/^GGUF/, "a GGUF file: convert it to safetensors"],
  [/^\x89PNG|^\xff\xd8\xff|^RIFF....WEBP/s, "a picture"],
  [/^.\x8b|^7z\xbc|^Rar!|^BZh|^\xfd7zXZ/s, "a compressed archive: unpack it first"],
  [/^\x89HDF/, "an HDF5 file of Keras: convert it to safetensors"],
  [/^\x93NUMPY/, "a NumPy array"],
  [/^\s*[{[]\s*["\]}]/, "JSON text"],
];

const MAX_HEADER = 100_000_000;

/**
 * Reads and checks the header.
 *
 * @throws UserError when a length or offset does not fit the file, or a type is unknown.
 */
export function readSafetensorsIndex(source: ByteSource, options: { what?: string } = {}): SafetensorsIndex {
  const what = options.what ?? "a safetensors file";
  const fail = (why: string): never => {
    throw new UserError(`Reading ${what} failed: ${why}`);
  };
  if (source.size < 8) fail(`expected at least 8 bytes, got ${source.size}`);
  const start = new Uint8Array(8);
  source.read(0, start);
  const length = Number(new DataView(start.buffer).getBigUint64(0, true));
  const head = new Uint8Array(Math.min(64, source.size));
  source.read(0, head);
  const begins = beginning(head);
  const other = standIn(begins) ?? NO_WEIGHTS.find(([format]) => format.test(begins))?.[1];
  if (other && (length > MAX_HEADER || 8 + length > source.size)) {
    fail(`expected safetensors, or a zip file of torch, got ${other}`);
  }
  if (length > MAX_HEADER || 8 + length > source.size) {
    fail(`its header claims ${length} bytes, the file has ${source.size}: truncated, or no safetensors file`);
  }
  const text = new Uint8Array(length);
  source.read(8, text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    fail("its header is no JSON");
  }
  const header = isJsonObject(parsed) ? parsed : fail("its header is no JSON object");
  const body = source.size - 8 - length;
  const entries: Record<string, SafetensorsEntry> = {};
  const metadata: Record<string, string> = {};
  const places: [number, number][] = [];
  for (const [name, value] of Object.entries(header)) {
    // The reference reader takes null for absent.
    if (name === "__metadata__" && value === null) continue;
    if (name === "__proto__" || !isJsonObject(value)) return fail(`its header has no valid entry "${name}"`);
    if (name === "__metadata__") {
      for (const [field, text] of Object.entries(value)) {
        metadata[field] = typeof text === "string" ? text : fail(`its metadata "${field}" is no text`);
      }
      continue;
    }
    const { dtype, shape, data_offsets } = value;
    const kind = isStoredKind(dtype) ? dtype : fail(`tensor "${name}" has unknown type ${dtype}`);
    if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0)) {
      return fail(`tensor "${name}" has no valid shape`);
    }
    const [from, end] = Array.isArray(data_offsets) ? data_offsets : fail(`tensor "${name}" has no offsets`);
    const count = sizeOf(shape);
    const whole = Number.isSafeInteger(from) && Number.isSafeInteger(end);
    if (!(whole && from >= 0 && end <= body && end - from === count * STORED_WIDTH[kind])) {
      fail(
        `tensor "${name}" expects ${
          count * STORED_WIDTH[kind]
        } bytes at ${from}, the file has ${body}: truncated or damaged`,
      );
    }
    places.push([from, end]);
    entries[name] = { kind, shape, offset: 8 + length + from, count };
  }
  // As the format demands: no byte without a tensor, none with two.
  let covered = 0;
  for (const [from, end] of places.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== covered) fail(`its tensors overlap or leave a gap at byte ${Math.min(from, covered)}`);
    covered = end;
  }
  if (covered !== body) fail(`its tensors end at byte ${covered}, the file has ${body}`);
  return { entries, metadata };
}
