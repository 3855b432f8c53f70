/**
 * The shared cache of the Hugging Face hub, in the Python client's layout, so that each finds what the other downloaded:
 *
 *     models--OWNER--NAME/blobs/HASH                 contents; HASH is the SHA-256 of large files, git's blob hash of small ones
 *     models--OWNER--NAME/snapshots/COMMIT/PATH      links to them under their names
 *     models--OWNER--NAME/refs/main                  the commit that a branch stood at
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../engine/mod.ts";
import { atomicWrite, makeFolder, systemErrorCode } from "./atomic_write.ts";

/** A file of a repository on the hub. */
export interface HubFile {
  /** OWNER/NAME. */
  readonly repo: string;
  /** Path within the repository, with slashes. */
  readonly path: string;
  /** Branch, tag or commit; main if absent. */
  readonly revision?: string;
}

const COMMIT = /^[0-9a-f]{40}$/;

/**
 * Refuses names that would leave the cache.
 *
 * @throws UserError when the repository or a path is none.
 */
export function checkHubFile({ repo, path, revision = "main" }: HubFile): void {
  const plain = (name: string) =>
    name.split("/").every((part) => /^[\w.+-][\w.+ -]*$/.test(part) && part !== "." && part !== "..");
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(repo) || !plain(repo) || !plain(path) || !plain(revision)) {
    throw new UserError(`Looking for a hub file needs OWNER/NAME and a path in it, got "${repo}", "${path}"`);
  }
}

/** Folder of a repository in the cache. */
export function repoFolder(cache: string, repo: string): string {
  return join(cache, `models--${repo.replaceAll("/", "--")}`);
}

/** Path of a cached file, or nothing. */
export function findCached(cache: string, file: HubFile): string | undefined {
  checkHubFile(file);
  const { revision = "main" } = file;
  const folder = repoFolder(cache, file.repo);
  let commit = revision;
  if (!COMMIT.test(revision)) {
    const ref = join(folder, "refs", revision);
    if (!existsSync(ref)) return undefined;
    commit = readFileSync(ref, "utf8").trim();
    if (!COMMIT.test(commit)) return undefined;
  }
  const path = join(folder, "snapshots", commit, file.path);
  return existsSync(path) ? path : undefined;
}

/** Enters a blob under its name and the commit under the branch's. */
export async function linkBlob(
  cache: string,
  file: HubFile,
  { blob, commit }: { blob: string; commit: string },
): Promise<string> {
  const { revision = "main" } = file;
  const folder = repoFolder(cache, file.repo);
  const path = join(folder, "snapshots", commit, file.path);
  await makeFolder(dirname(path));
  if (!existsSync(path)) {
    try {
      symlinkSync(relative(dirname(path), blob), path);
    } catch (error) {
      // Systems without links get a copy; a link that another process made meanwhile is as good.
      if (systemErrorCode(error) !== "EEXIST") copyFileSync(blob, path);
    }
  }
  if (revision !== commit) await atomicWrite(join(folder, "refs", revision), commit);
  return path;
}

/** The hash that names a file's content on the hub: SHA-256 (64 digits), or git's SHA-1 of a blob (40 digits), read in pieces. */
export function contentHash(path: string, digits: number): string {
  const handle = openSync(path, "r");
  try {
    const hash = createHash(digits === 64 ? "sha256" : "sha1");
    if (digits !== 64) hash.update(`blob ${fstatSync(handle).size}\0`);
    const window = new Uint8Array(1 << 20);
    for (let count; (count = readSync(handle, window, 0, window.length, null)) > 0;) {
      hash.update(window.subarray(0, count));
    }
    return hash.digest("hex");
  } finally {
    closeSync(handle);
  }
}

/** What checking a cached file against the hash in its blob's name found; "unnamed" where the cache holds a plain copy. */
export function verifyCached(path: string): "sound" | "damaged" | "unnamed" {
  const name = basename(realpathSync(path));
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name)) return "unnamed";
  return contentHash(path, name.length) === name ? "sound" : "damaged";
}
