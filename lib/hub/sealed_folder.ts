/**
 * Folders that are complete or not there: files are written under a temporary name, a manifest with the SHA-256 of each file and of
 * itself is added, and the folder is renamed. A reader checks every byte before it believes any.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  makeFolder,
  PARTIAL,
  syncFolder,
  systemErrorCode,
  writeFailure,
  writeSynced,
} from "./atomic_write.ts";

/** Anything JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What a sealed folder says of itself. */
export interface Manifest {
  /** Size and SHA-256 of each file. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  /** What the writer said when sealing. */
  readonly meta: Readonly<Record<string, Json>>;
}

/** What was found at a path. */
export type Sealed =
  | { readonly state: "sound"; readonly manifest: Manifest }
  | { readonly state: "missing" }
  | { readonly state: "corrupted"; readonly problem: string };

/** A folder being filled. */
export interface FolderWriter {
  /** Adds a file; its name holds letters, digits, ".", "_" and "-" only. */
  write(name: string, content: Uint8Array | string): void;
  /**
   * Completes the folder under its final name and gives the manifest that stands there then. A sound folder of that name of which
   * `keep` is true stays, and this one is forgotten; anything else is replaced.
   */
  seal(
    meta: Readonly<Record<string, Json>>,
    options?: { readonly keep?: (there: Manifest) => boolean },
  ): Promise<Manifest>;
  /** Forgets everything written. */
  discard(): Promise<void>;
}

const MANIFEST = "manifest.json";

/** SHA-256 in hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

function checkedName(name: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name) || name === MANIFEST) {
    throw new RangeError(
      `A file of a sealed folder needs a plain name (letters, digits, ".", "_", "-"), got "${name}"`,
    );
  }
  return name;
}

/** Renames a folder; false when something stands in the way, or another process has taken the folder away. */
function renamedOnto(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(systemErrorCode(error)) && existsSync(to)) return false;
    if (systemErrorCode(error) === "ENOENT" && !existsSync(from)) return false;
    throw error;
  }
}

/**
 * Starts a sealed folder that will stand at `path`.
 *
 * @param options.owner stands in the name of the unfinished folder, for `sweepPartial()`: letters, digits and "-"
 */
export async function openFolderWriter(
  path: string,
  { owner }: { readonly owner?: string } = {},
): Promise<FolderWriter> {
  const unfinished = () => `${path}.${owner === undefined ? "" : `${owner}.`}${randomUUID()}${PARTIAL}`;
  const temporary = unfinished();
  await makeFolder(temporary);
  const files: Record<string, { bytes: number; sha256: string }> = {};
  return {
    write(name, content) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      writeSynced(join(temporary, checkedName(name)), bytes);
      files[name] = { bytes: bytes.length, sha256: sha256(bytes) };
    },
    async seal(meta, { keep = () => false } = {}) {
      const body = JSON.stringify({ files, meta });
      writeSynced(
        join(temporary, MANIFEST),
        new TextEncoder().encode(`{"sha256":"${sha256(body)}","body":${body}}\n`),
      );
      syncFolder(temporary);
      try {
        while (!renamedOnto(temporary, path)) {
          const there = await readSealed(path);
          if (there.state === "sound" && keep(there.manifest)) {
            await rm(temporary, { recursive: true, force: true });
            return there.manifest;
          }
          const old = unfinished();
          if (renamedOnto(path, old)) await rm(old, { recursive: true, force: true });
        }
        syncFolder(dirname(path));
      } catch (error) {
        throw writeFailure(error, path);
      }
      return { files, meta };
    },
    discard: () => rm(temporary, { recursive: true, force: true }),
  };
}

/** Reads a sealed folder's manifest and checks every file against it. */
export async function readSealed(path: string): Promise<Sealed> {
  const corrupted = (problem: string): Sealed => ({ state: "corrupted", problem });
  let text: string;
  try {
    text = await readFile(join(path, MANIFEST), "utf8");
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(systemErrorCode(error))) throw error;
    return existsSync(path) ? corrupted(`${MANIFEST} is missing`) : { state: "missing" };
  }
  const match = /^\{"sha256":"([0-9a-f]{64})","body":(.*)\}\n$/s.exec(text);
  if (match === null || sha256(match[2] as string) !== match[1]) {
    return corrupted(`${MANIFEST} does not match its hash`);
  }
  const manifest = JSON.parse(match[2] as string) as Manifest;
  for (const [name, entry] of Object.entries(manifest.files)) {
    let content: Uint8Array;
    try {
      content = await readFile(join(path, name));
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
      return corrupted(`${name} is missing`);
    }
    if (content.length !== entry.bytes) {
      return corrupted(`${name} has ${content.length} bytes, expected ${entry.bytes}`);
    }
    if (sha256(content) !== entry.sha256) return corrupted(`${name} does not match its hash`);
  }
  return { state: "sound", manifest };
}

/**
 * Deletes what writers of `path` left behind when they were killed.
 *
 * @param gone tells whether the writer of that `owner` is known to have ended; "" stands for one that named none
 */
export async function sweepPartial(path: string, gone: (owner: string) => boolean): Promise<void> {
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(PARTIAL)) continue;
    const parts = name.slice(basename(path).length + 1, -PARTIAL.length).split(".");
    if (gone(parts.length > 1 ? parts[0] as string : "")) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
