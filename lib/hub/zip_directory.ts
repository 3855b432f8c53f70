/** Where the entries of a zip file lie, for reading them by range. The format is yauzl's business; torch stores entries uncompressed. */
import { openPromise } from "yauzl";
import { UserError } from "../engine/mod.ts";

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

/** More entries than any state dict has tensors. */
const MAX_ENTRIES = 1_000_000;

/**
 * Lists the entries of a zip file by name.
 *
 * @throws UserError when the file is no sound zip file, or an entry is compressed or encrypted.
 */
export async function readZipDirectory(
  path: string,
  options: { what: string },
): Promise<ReadonlyMap<string, StoredEntry>> {
  const fail = (why: string): never => {
    throw new UserError(`Reading ${options.what} failed: ${why}`);
  };
  const entries = new Map<string, StoredEntry>();
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { autoClose: false }) as ZipFile;
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
