/** Bytes that can be read by range: a file that need not fit into memory, or an array. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "./errors.ts";

/** Something of known size that is read by range. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /**
   * Fills `into` with the bytes from `offset` on.
   *
   * @throws UserError when they end before `into` is full.
   */
  read(offset: number, into: Uint8Array): void;
}

/** An open file; close it when everything wanted has been read. */
export interface FileSource extends ByteSource {
  /** Gives the file handle back. */
  close(): void;
}

/** An array as a source. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, into) {
      const found = bytes.subarray(offset, offset + into.length);
      if (found.length < into.length) throw tooShort("the array", offset, into.length);
      into.set(found);
    },
  };
}

/**
 * Opens a file for reading by range.
 *
 * @throws UserError when there is no such file, or it is a folder.
 */
export function openFileSource(path: string): FileSource {
  let handle: number;
  try {
    handle = openSync(path, "r");
  } catch (error) {
    throw new UserError(
      `Opening ${path} failed: expected a readable file, got ${
        error instanceof Error && "code" in error && error.code === "ENOENT" ? "nothing there" : error
      }`,
    );
  }
  const facts = fstatSync(handle);
  if (!facts.isFile()) {
    closeSync(handle);
    throw new UserError(`Opening ${path} failed: expected a file, got a folder or device`);
  }
  return {
    size: facts.size,
    read(offset, into) {
      for (let done = 0; done < into.length;) {
        const count = readSync(handle, into, done, Math.min(into.length - done, 2 ** 30), offset + done);
        if (count === 0) throw tooShort(path, offset, into.length);
        done += count;
      }
    },
    close: () => closeSync(handle),
  };
}

function tooShort(what: string, offset: number, length: number): UserError {
  return new UserError(`Reading ${what} failed: expected ${length} bytes at ${offset}, got its end`);
}
