/**
 * Element types as files store them, little-endian, and their widening to what the engine holds: F16, BF16 and F64 become float32; I64, I16,
 * I8 and U8 become int32. Reading goes through a small window, so that no second copy of a large tensor is ever in memory.
 */
import type { ByteSource } from "./byte_source.ts";
import { UserError } from "./errors.ts";
import type { HostArray } from "./host_array.ts";

/** Bytes of an element by stored type, under safetensors' names. */
export const STORED_WIDTH = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  U8: 1,
  I8: 1,
  BOOL: 1,
} as const;

/** An element type as stored. */
export type StoredKind = keyof typeof STORED_WIDTH;

/** Whether a name in a file is a known element type. */
export function isStoredKind(name: unknown): name is StoredKind {
  return typeof name === "string" && Object.hasOwn(STORED_WIDTH, name);
}

/** The engine's element type for a stored one. */
export function widenedType(kind: StoredKind): HostArray["dtype"] {
  if (kind === "BOOL") return "bool";
  return kind.includes("F") ? "float32" : "int32";
}

/** Bytes read at a time; divisible by every width. */
const WINDOW = 1 << 22;

/** Widens `bytes` into `into` from `at` on; `bytes` starts at a multiple of 8 in its buffer. */
function widen(kind: StoredKind, bytes: Uint8Array, into: HostArray["data"], at: number): void {
  const { buffer, byteOffset } = bytes;
  const count = bytes.length / STORED_WIDTH[kind];
  switch (kind) {
    case "F32":
      return into.set(new Float32Array(buffer, byteOffset, count), at);
    case "F64":
      return into.set(new Float64Array(buffer, byteOffset, count), at);
    case "F16":
      return into.set(new Float16Array(buffer, byteOffset, count), at);
    case "BF16": {
      const halves = new Uint16Array(buffer, byteOffset, count);
      const bits = new Uint32Array(into.buffer, into.byteOffset + 4 * at, count);
      for (let i = 0; i < count; i++) bits[i] = (halves[i] as number) << 16;
      return;
    }
    case "I64": {
      const wide = new BigInt64Array(buffer, byteOffset, count);
      for (let i = 0; i < count; i++) {
        const value = wide[i] as bigint;
        if (value !== BigInt.asIntN(32, value)) throw new RangeError(`${value}`);
        into[at + i] = Number(value);
      }
      return;
    }
    case "I32":
      return into.set(new Int32Array(buffer, byteOffset, count), at);
    case "I16":
      return into.set(new Int16Array(buffer, byteOffset, count), at);
    case "I8":
      return into.set(new Int8Array(buffer, byteOffset, count), at);
    default: // U8, BOOL
      return into.set(bytes, at);
  }
}

/** An array of `count` elements of the engine's type for a stored one. */
export function emptyWidened(kind: StoredKind, count: number): HostArray["data"] {
  const type = widenedType(kind);
  if (type === "float32") return new Float32Array(count);
  return type === "int32" ? new Int32Array(count) : new Uint8Array(count);
}

/**
 * Reads `count` consecutive elements stored from byte `offset` on.
 *
 * @param options.what the tensor, for the error.
 * @throws UserError when an int64 does not fit 32 bits.
 */
export function readStored(
  source: ByteSource,
  kind: StoredKind,
  place: { offset: number; count: number },
  options: { what: string },
): HostArray["data"] {
  const data = emptyWidened(kind, place.count);
  const width = STORED_WIDTH[kind];
  if (kind === "F32" || kind === "I32" || kind === "BOOL") {
    source.read(place.offset, new Uint8Array(data.buffer, 0, data.byteLength));
    return data;
  }
  const window = new Uint8Array(Math.min(WINDOW, place.count * width));
  for (let done = 0; done < place.count;) {
    const share = window.subarray(0, Math.min(window.length, (place.count - done) * width));
    source.read(place.offset + done * width, share);
    try {
      widen(kind, share, data, done);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UserError(
        `Reading ${options.what} failed: expected integers of 32 bits, it holds an integer beyond 32 bits (${error.message})`,
      );
    }
    done += share.length / width;
  }
  return data;
}
