/**
 * Where the entries of a zip file lie, for reading them by range. The format is yauzl's business; torch stores entries uncompressed, wheels
 * deflate them.
 */
import { inflateRawSync } from "node:zlib";
import { fromRandomAccessReaderPromise, RandomAccessReader } from "yauzl";
import { type ByteSource, UserError } from "../engine/mod.ts";

/** An entry. */
export interface StoredEntry {
  /** Byte of its first data byte in the zip file. */
  readonly offset: number;
  /** Bytes of its content. */
  readonly size: number;
  /** Bytes that it takes deflated; absent where it is stored as it is. */
  readonly deflated?: number;
}

/** The parts of yauzl that are used; the package has no types. */
interface ZipEntry {
  readonly fileName: string;
  readonly compressionMethod: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  isEncrypted(): boolean;
}
interface ZipFile {
  eachEntry(): AsyncIterable<ZipEntry>;
  readLocalFileHeaderPromise(entry: ZipEntry, options: { minimal: true }): Promise<{ fileDataStart: number }>;
  close(): void;
}

/**
 * A source as yauzl reads it: at once, so that whatever goes wrong meets the caller and not the event loop, and only within the file.
 */
class Reader extends RandomAccessReader {
  constructor(readonly source: ByteSource) {
    super();
  }
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, count?: number) => void,
  ): void {
    const { size } = this.source;
    if (!(Number.isSafeInteger(position) && position >= 0 && position + length <= size)) {
      return done(new Error(`it points at byte ${position} of ${size}`));
    }
    this.source.read(position, into.subarray(offset, offset + length));
    done(null, length);
  }
}

/** Method 8 of the zip format. */
const DEFLATE = 8;
/** More entries than any state dict has tensors. */
const MAX_ENTRIES = 1_000_000;

/**
 * Lists the entries of a zip file by name.
 *
 * @param options.compressed whether entries may be deflated; not if absent
 * @throws UserError when the file is no sound zip file, or an entry is compressed otherwise or encrypted.
 */
export async function readZipDirectory(
  source: ByteSource,
  options: { what: string; compressed?: boolean },
): Promise<ReadonlyMap<string, StoredEntry>> {
  const fail = (why: string): never => {
    throw new UserError(`Reading ${options.what} failed: ${why}`);
  };
  const entries = new Map<string, StoredEntry>();
  let zip: ZipFile | undefined;
  try {
    zip = await fromRandomAccessReaderPromise(new Reader(source), source.size, {
      autoClose: false,
    }) as ZipFile;
    for await (const entry of zip.eachEntry()) {
      const { fileName, compressionMethod, compressedSize, uncompressedSize } = entry;
      const deflated = compressionMethod === DEFLATE && options.compressed === true;
      if ((compressionMethod !== 0 && !deflated) || entry.isEncrypted()) {
        fail(
          options.compressed
            ? `expected entries that are stored or deflated, "${fileName}" is neither or encrypted`
            : `expected entries as torch stores them, "${fileName}" is compressed or encrypted`,
        );
      }
      if (entries.has(fileName)) fail(`its zip directory lists "${fileName}" twice`);
      if (entries.size >= MAX_ENTRIES) fail(`its zip directory lists more than ${MAX_ENTRIES} entries`);
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      entries.set(fileName, {
        offset: fileDataStart,
        size: uncompressedSize,
        ...(deflated ? { deflated: compressedSize } : {}),
      });
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    fail(`its zip directory is damaged (${error instanceof Error ? error.message : error}): truncated?`);
  } finally {
    zip?.close();
  }
  return entries;
}

/**
 * Content of an entry.
 *
 * @throws UserError when the file ends before it, or it does not inflate to its size.
 */
export function readZipEntry(source: ByteSource, entry: StoredEntry, options: { what: string }): Uint8Array {
  const { offset, size, deflated } = entry;
  const bytes = deflated ?? size;
  const fail = (why: string): never => {
    throw new UserError(`Reading ${options.what} failed: ${why}`);
  };
  if (bytes > source.size - offset) {
    fail(`expected ${bytes} bytes at ${offset}, its file has ${source.size}: truncated?`);
  }
  const taken = new Uint8Array(bytes);
  source.read(offset, taken);
  if (deflated === undefined) return taken;
  try {
    const content = inflateRawSync(taken, { maxOutputLength: Math.max(size, 1) });
    if (content.length === size) return content;
    return fail(`expected it to inflate to ${size} bytes, got ${content.length}`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    return fail(`it does not inflate (${error instanceof Error ? error.message : error}): broken?`);
  }
}
