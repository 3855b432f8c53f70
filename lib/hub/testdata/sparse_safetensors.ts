/** Safetensors files of any size for tests: the tensors are holes that read as zeros, so that they take no room on the disk. */
import { sizeOf, STORED_WIDTH, type StoredKind } from "../../engine/mod.ts";

/** Writes a file with these tensors, all zero but for `tail`, the file's last bytes. */
export function writeSparseSafetensors(
  path: string,
  tensors: Readonly<Record<string, { readonly kind: StoredKind; readonly shape: readonly number[] }>>,
  tail: Uint8Array = new Uint8Array(),
): void {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, { kind, shape }] of Object.entries(tensors)) {
    const end = offset + sizeOf(shape) * STORED_WIDTH[kind];
    header[name] = { dtype: kind, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + text.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(text.length), true);
  start.set(text, 8);
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  file.writeSync(start);
  file.truncateSync(start.length + offset);
  file.seekSync(start.length + offset - tail.length, Deno.SeekMode.Start);
  file.writeSync(tail);
}
