/** Where the entries of a zip file lie, for reading them by range. The format is yauzl's business; torch stores entries uncompressed. */
import { fromRandomAccessReaderPromise, RandomAccessReader } from "yauzl";
import { type ByteSource, UserError } from "../engine/mod.ts";

/** An uncompressed entry. */
export interface StoredEntry {
  /** Byte of its first data byte in the zip file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** The parts of yauzl that are used; the package has no types. */
interface ZipEntry {
  readonly fileName: string;
  readonly compressionMethod: number;
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

/** More entries than any state dict has tensors. */
const MAX_ENTRIES = 1_000_000;

/**
 * Lists the entries of a zip file by name.
 *
 * @throws UserError when the file is no sound zip file, or an entry is compressed or encrypted.
 */
export async function readZipDirectory(
  source: ByteSource,
  options: { what: string },
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
      const { fileName, compressionMethod, uncompressedSize } = entry;
      if (compressionMethod !== 0 || entry.isEncrypted()) {
        fail(`expected entries as torch stores them, "${fileName}" is compressed or encrypted`);
      }
      if (entries.has(fileName)) fail(`its zip directory lists "${fileName}" twice`);
      if (entries.size >= MAX_ENTRIES) fail(`its zip directory lists more than ${MAX_ENTRIES} entries`);
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      entries.set(fileName, { offset: fileDataStart, size: uncompressedSize });
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    fail(`its zip directory is damaged (${error instanceof Error ? error.message : error}): truncated?`);
  } finally {
    zip?.close();
  }
  return entries;
}
