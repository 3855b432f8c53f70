/** Records of an event file (TFRecord): the length in 8 bytes, its checksum in 4, the event, its checksum in 4; numbers little-endian. */
import { maskedCrc32c } from "./crc32c.ts";

const HEAD = 12, TAIL = 4;

/** An event as a record. */
export function encodeRecord(event: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEAD + event.length + TAIL);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(event.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(event, HEAD);
  view.setUint32(HEAD + event.length, maskedCrc32c(event), true);
  return record;
}

/** A whole record of a file. */
export interface FoundRecord {
  /** The event's bytes, a view of the file's. */
  readonly event: Uint8Array;
  /** Where the record ends, in bytes. */
  readonly end: number;
}

/** The whole and sound records of a file, up to the first that is not. */
export function* readRecords(file: Uint8Array): Generator<FoundRecord> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + HEAD <= file.length;) {
    if (view.getUint32(at + 8, true) !== maskedCrc32c(file.subarray(at, at + 8))) return;
    const last = at + HEAD + Number(view.getBigUint64(at, true));
    if (last + TAIL > file.length) return;
    const event = file.subarray(at + HEAD, last);
    if (view.getUint32(last, true) !== maskedCrc32c(event)) return;
    at = last + TAIL;
    yield { event, end: at };
  }
}
