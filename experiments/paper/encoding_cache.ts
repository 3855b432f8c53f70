/**
 * Pictures encoded once: rows of half-precision numbers in shards on disk, found by the hash of the picture's file and read one by one, so that a data set
 * need not fit into memory. Rows of another model or setting lie in another folder; a changed picture has another hash: both are encoded anew.
 *
 *     DIR/<identity's hash>/identity.json     what determines the rows
 *     DIR/<identity's hash>/00000.rows        a line of JSON with each row's hash and checksum, then the rows
 *
 * A shard is there whole or not at all. Rows that do not match their checksum are not there.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type FileSource, openFileSource, UserError } from "../../lib/engine/mod.ts";
import { atomicWrite, type Json, makeFolder, sha256 } from "../../lib/hub/mod.ts";

/** What makes rows. */
export interface RowEncoder {
  /** Everything but the picture that determines a row: hashes of weights, sizes, a version. */
  readonly identity: Readonly<Record<string, Json>>;
  /** Sides of a row. */
  readonly shape: readonly number[];
  /** A picture's row. @throws when it cannot be encoded. */
  encode(file: Uint8Array): Promise<Float32Array>;
}

/** A picture that is to be encoded, as its file. */
export interface EncodingItem {
  /** Names it for errors. */
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/** An open cache. */
export interface EncodingCache {
  /**
   * Encodes what is not there, in shards; gives each picture's hash, in order. Killed, it loses the shard at work.
   *
   * @throws UserError when a shard cannot be written, or a row has numbers beyond half precision.
   */
  fill(
    items: Iterable<EncodingItem> | AsyncIterable<EncodingItem>,
    options?: { readonly progress?: (done: number) => void; readonly signal?: AbortSignal },
  ): Promise<{ readonly hashes: readonly string[]; readonly encoded: number }>;
  /** Whether a picture's row is there and sound. */
  has(hash: string): boolean;
  /** A row [shape]. @throws RangeError when it is not there or was damaged since. */
  row(hash: string): Float32Array;
  /** Gives the files back. */
  close(): void;
}

/** What a file of a picture is found by. */
export const pictureHash = (file: Uint8Array): string => sha256(file);

/** Numbers as rows keep them: rounded to half precision. */
export const rounded = (row: Float32Array): Float32Array => Float32Array.from(Float16Array.from(row));

/** Where a row lies. */
interface Place {
  readonly shard: string;
  readonly offset: number;
  readonly checksum: number;
}

interface ShardHeader {
  readonly rows: readonly { readonly hash: string; readonly checksum: number }[];
}

/** Longest header, in bytes. */
const HEADER = 1 << 20;

/** A shard's header and where its rows begin; nothing when it is no whole shard. */
function readHeader(path: string, rowBytes: number): { header: ShardHeader; start: number } | undefined {
  const source = openFileSource(path);
  try {
    const bytes = new Uint8Array(Math.min(HEADER, source.size));
    source.read(0, bytes);
    const end = bytes.indexOf(10);
    if (end < 0) return undefined;
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as ShardHeader;
    const start = end + 1;
    return source.size === start + header.rows.length * rowBytes ? { header, start } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  } finally {
    source.close();
  }
}

/**
 * Opens the rows of an encoder below a folder.
 *
 * @param options.perShard rows of a shard.
 * @throws UserError when the folder cannot be written.
 */
export async function openEncodingCache(
  folder: string,
  encoder: RowEncoder,
  { perShard = 64 }: { readonly perShard?: number } = {},
): Promise<EncodingCache> {
  const identity = JSON.stringify({ ...encoder.identity, shape: encoder.shape, precision: "half" }, null, 2);
  const place = join(folder, sha256(identity).slice(0, 16));
  const size = encoder.shape.reduce((a, b) => a * b, 1), rowBytes = 2 * size;
  await makeFolder(place);
  if (!existsSync(join(place, "identity.json"))) {
    await atomicWrite(join(place, "identity.json"), `${identity}\n`);
  }
  const places = new Map<string, Place>(), sources = new Map<string, FileSource>();
  const shards = readdirSync(place).filter((name) => /^\d{5,}\.rows$/.test(name)).sort();
  const learn = (shard: string, { rows }: ShardHeader, start: number) =>
    rows.forEach(({ hash, checksum }, i) =>
      places.set(hash, { shard, offset: start + i * rowBytes, checksum })
    );
  for (const shard of shards) {
    const found = readHeader(join(place, shard), rowBytes);
    if (found) learn(shard, found.header, found.start);
  }
  let next = shards.length === 0 ? 0 : 1 + Number.parseInt(shards.at(-1) as string);

  function bytesOf(hash: string): Uint8Array<ArrayBuffer> | undefined {
    const found = places.get(hash);
    if (!found) return undefined;
    let source = sources.get(found.shard);
    if (!source) sources.set(found.shard, source = openFileSource(join(place, found.shard)));
    const bytes = new Uint8Array(rowBytes);
    source.read(found.offset, bytes);
    return crc32(bytes) === found.checksum ? bytes : undefined;
  }

  async function writeShard(rows: readonly { hash: string; bytes: Uint8Array }[]): Promise<void> {
    const header: ShardHeader = { rows: rows.map(({ hash, bytes }) => ({ hash, checksum: crc32(bytes) })) };
    const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
    const file = new Uint8Array(line.length + rows.length * rowBytes);
    file.set(line);
    rows.forEach(({ bytes }, i) => file.set(bytes, line.length + i * rowBytes));
    const shard = `${`${next}`.padStart(5, "0")}.rows`;
    await atomicWrite(join(place, shard), file);
    next++;
    learn(shard, header, line.length);
  }

  const has = (hash: string) => bytesOf(hash) !== undefined;
  return {
    async fill(items, { progress, signal } = {}) {
      const hashes: string[] = [], known = new Set<string>();
      let open: { hash: string; bytes: Uint8Array }[] = [], encoded = 0;
      for await (const { name, read } of items) {
        signal?.throwIfAborted();
        const file = await read();
        const hash = pictureHash(file);
        hashes.push(hash);
        if (!known.has(hash) && !has(hash)) {
          const row = await encoder.encode(file);
          if (row.length !== size) {
            throw new RangeError(`An encoder of [${encoder.shape}] gives ${size} numbers, got ${row.length}`);
          }
          const half = Float16Array.from(row);
          if (!half.every(Number.isFinite)) {
            throw new UserError(
              `Encoding ${name} failed: expected numbers of half precision, got larger ones`,
            );
          }
          open.push({ hash, bytes: new Uint8Array(half.buffer) });
          encoded++;
          if (open.length === perShard) {
            await writeShard(open);
            open = [];
          }
        }
        known.add(hash);
        progress?.(hashes.length);
      }
      if (open.length > 0) await writeShard(open);
      return { hashes, encoded };
    },
    has,
    row(hash) {
      const bytes = bytesOf(hash);
      if (bytes) return Float32Array.from(new Float16Array(bytes.buffer));
      throw new RangeError(
        `A row of the cache needs a picture that was encoded, got ${hash.slice(0, 16)} in ${place}`,
      );
    },
    close() {
      for (const source of sources.values()) source.close();
      sources.clear();
    },
  };
}
