/**
 * Optimised graphs on disk. onnxruntime spends most of a session's start on rewriting the graph; its result is kept under the hash of
 * everything it depends on, with its own hash in the name, so that a damaged file is never used.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { arch, cpus } from "node:os";
import { join } from "node:path";

/** Entries that are kept; the oldest go when a new one is written. */
const MOST_ENTRIES = 100;

function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 32);
}

/** Name of what a graph becomes on this machine under this runtime. */
export function graphKey(model: Uint8Array, runtime: string): string {
  return digest(runtime, arch(), cpus()[0]?.model ?? "", model);
}

/** The optimised graph of a key, if it is there and sound; a damaged one is removed. */
export function readGraph(folder: string, key: string): Uint8Array | undefined {
  for (const name of entries(folder)) {
    if (!name.startsWith(`${key}.`)) continue;
    const path = join(folder, name);
    try {
      const bytes = readFileSync(path);
      if (name === `${key}.${digest(bytes)}.onnx`) return bytes;
      rmSync(path, { force: true });
    } catch {
      // Gone or unreadable: as if it had never been there.
    }
  }
  return undefined;
}

/**
 * Runs `write` on a temporary file and keeps what it wrote under `key`. A folder that cannot be written, or a full disk, is no error: `write`
 * is asked again without a file, and nothing is kept.
 */
export async function keepGraph<Result>(
  folder: string,
  key: string,
  write: (path: string | undefined) => Promise<Result>,
): Promise<Result> {
  const temporary = join(folder, `${key}.${crypto.randomUUID()}.partial`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return await write(undefined);
  }
  let result: Result;
  try {
    result = await write(temporary);
  } catch {
    forget(temporary);
    return await write(undefined);
  }
  try {
    const own = `${key}.${digest(readFileSync(temporary))}.onnx`;
    renameSync(temporary, join(folder, own));
    // The new one stays whatever the clock said when the others were written.
    const byAge = entries(folder).filter((name) => name !== own).map((name) => join(folder, name))
      .map((path) => ({ path, written: statSync(path).mtimeMs })).sort((a, b) => b.written - a.written);
    for (const { path } of byAge.slice(MOST_ENTRIES - 1)) rmSync(path, { force: true });
  } catch {
    forget(temporary);
  }
  return result;
}

function forget(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A file system that has become read-only.
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
