/** Writing files so that a reader sees the old content or the whole new one, whatever happens in between. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../engine/errors.ts";
import { processEnded, processName, thisProcess } from "./process_name.ts";

/** Endings of names that hold unfinished content. */
export const PARTIAL = ".partial";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a part of the path is a file, not a folder",
  EISDIR: "a folder has this name",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "the folder cannot be created",
  ENXIO: "there is no such device",
  EIO: "the device reports an error",
};

/** The code of a system error, "" where it has none. */
export function systemErrorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Turns a failed write into one sentence for the user; other errors come back as they are. */
export function writeFailure(error: unknown, path: string): unknown {
  const reason = REASONS[systemErrorCode(error)];
  return reason === undefined ? error : new UserError(`Cannot write ${path}: ${reason}`);
}

/** Writes a new file and waits until the disk has it. Not atomic: for files inside a folder that is renamed when complete. */
export function writeSynced(path: string, content: Uint8Array): void {
  try {
    const file = openSync(path, "wx");
    try {
      for (let done = 0; done < content.length;) {
        done += writeSync(file, content, done, content.length - done);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** Waits until the disk has a folder's entries (a rename within it). */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } catch (error) {
    // Some file systems cannot sync a folder; the rename itself stays atomic.
    if (systemErrorCode(error) !== "EINVAL") throw error;
  } finally {
    closeSync(folder);
  }
}

/** Creates a folder and those above it. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** Folders in which this process has looked for what killed ones left. */
const swept = new Set<string>();

/** Deletes, once a process, the unfinished files of processes that are known to have ended. */
function sweepFolder(folder: string): void {
  if (swept.has(folder)) return;
  swept.add(folder);
  try {
    for (const name of readdirSync(folder)) {
      const owner = /\.([0-9a-f]{8}-\d+-\w+)\.[0-9a-f]{8}\.partial$/.exec(name)?.[1];
      if (owner !== undefined && processEnded(owner)) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // Another process deletes them as well, or they stay.
  }
}

/** A name beside `path` for content that does not count yet; whoever sweeps the folder deletes it once this process has ended. */
function temporaryName(path: string): string {
  return `${path}.${processName(thisProcess())}.${randomBytes(4).toString("hex")}${PARTIAL}`;
}

/**
 * Replaces a file: temporary name, sync, rename. What killed processes of this machine left unfinished in its folder is deleted.
 *
 * @throws UserError when the disk is full or the place cannot be written.
 */
export async function atomicWrite(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await makeFolder(dirname(path));
  sweepFolder(dirname(path));
  const temporary = temporaryName(path);
  try {
    writeSynced(temporary, bytes);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw error instanceof UserError
      ? new UserError(error.message.replace(temporary, path))
      : writeFailure(error, path);
  }
}

/**
 * Makes a folder and writes a file there for a moment: for finding out before a long work whether what it makes could be kept.
 *
 * @throws UserError when the disk is full or the place cannot be written.
 */
export async function checkWritable(folder: string): Promise<void> {
  const probe = temporaryName(join(folder, ".writable"));
  try {
    await atomicWrite(probe, "writable");
  } catch (error) {
    throw error instanceof UserError ? new UserError(error.message.replace(probe, folder)) : error;
  }
  rmSync(probe, { force: true });
}
