/** Small zip files and wheels for tests. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";

/** A zip file of deflated entries. */
export function zipFile(entries: Readonly<Record<string, string | Uint8Array>>): Uint8Array<ArrayBuffer> {
  const files: Uint8Array[] = [], directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(entries)) {
    const path = new TextEncoder().encode(name);
    const content = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const deflated = deflateRawSync(content);
    // Version 2.0, no flags, deflate, no time, CRC, sizes, lengths of the name and of nothing more.
    const facts = new Uint8Array(26), view = new DataView(facts.buffer);
    view.setUint16(0, 20, true);
    view.setUint16(4, 8, true);
    view.setUint32(10, crc32(content), true);
    view.setUint32(14, deflated.length, true);
    view.setUint32(18, content.length, true);
    view.setUint16(22, path.length, true);
    const place = new Uint8Array(14);
    new DataView(place.buffer).setUint32(10, offset, true);
    directory.push(Uint8Array.of(0x50, 0x4b, 1, 2, 20, 0), facts, place, path);
    const local = [Uint8Array.of(0x50, 0x4b, 3, 4), facts, path, new Uint8Array(deflated)];
    files.push(...local);
    offset += local.reduce((sum, part) => sum + part.length, 0);
  }
  const end = new Uint8Array(22), view = new DataView(end.buffer);
  end.set([0x50, 0x4b, 5, 6]);
  view.setUint16(8, Object.keys(entries).length, true);
  view.setUint16(10, Object.keys(entries).length, true);
  view.setUint32(12, directory.reduce((sum, part) => sum + part.length, 0), true);
  view.setUint32(16, offset, true);
  return new Uint8Array(Buffer.concat([...files, ...directory, end]));
}

/** A wheel of the members given, with what describes it; `record` changes hashes in its RECORD. */
export function wheelFile(
  members: Readonly<Record<string, string>>,
  { name = "onnxruntime-gpu", version = "1.30.0", tag = "cp311-cp311-manylinux_2_28_x86_64", record = {} }: {
    readonly name?: string;
    readonly version?: string;
    readonly tag?: string;
    readonly record?: Readonly<Record<string, string>>;
  } = {},
): Uint8Array<ArrayBuffer> {
  const info = `${name.replaceAll("-", "_")}-${version}.dist-info`;
  const all = {
    ...members,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nName: of no field\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: ${tag}\n`,
  };
  const rows = Object.entries(all).map(([path, text]) => {
    const hash = record[path] ?? createHash("sha256").update(text).digest("base64url");
    return `"${path}",sha256=${hash},${text.length}`;
  });
  return zipFile({ ...all, [`${info}/RECORD`]: [...rows, `${info}/RECORD,,`].join("\n") });
}
