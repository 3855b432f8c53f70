/**
 * SHA-256 of large files and of many: remembered with a file's size and its times of change, of its bytes and of its record, so that a plan need
 * not read gigabytes again. A file with another size or time is read anew (a copy that keeps the first time has another second); so is one that had
 * just changed when it was read, since a further change might bear the same times.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { contentHash, ownJson, PARTIAL, sha256, writeFailure } from "../../lib/hub/mod.ts";

/** SHA-256 of a file that is named by it, as large ones in the hub's cache are; undefined of others. */
export function namedHash(path: string): string | undefined {
  const name = basename(realpathSync(path));
  return /^[0-9a-f]{64}$/.test(name) ? name : undefined;
}

/** Milliseconds after which another change has another time: file systems count in ticks, some in two seconds. */
const SETTLED = 2_500;

/** Size, times of the bytes' and of the record's last change in milliseconds, hash. */
type Known = readonly [size: number, written: number, changed: number, hash: string];

/** Hashes of files. */
export interface FileHashes {
  /** SHA-256 of a file's bytes, 64 hexadecimal digits. @throws Error of the file system when it cannot be read. */
  of(path: string): string;
  /** Keeps what was learnt. @throws UserError when it cannot be written. */
  save(): void;
}

/** Hashes of the files below a folder, as they are kept in the cache; those of files that have not changed for `settled` milliseconds are. */
export function openFileHashes(folder: string, cacheFolder: string, settled = SETTLED): FileHashes {
  const path = join(cacheFolder, "hashes", `${sha256(folder).slice(0, 16)}.json`);
  const known = new Map<string, Known>(Object.entries(ownJson<Record<string, Known>>(path) ?? {}));
  let changed = false;
  return {
    of(file) {
      const { size, mtimeMs, ctimeMs } = statSync(file);
      const found = known.get(file);
      if (found && found[0] === size && found[1] === mtimeMs && found[2] === ctimeMs) return found[3];
      const old = Date.now() - Math.max(mtimeMs, ctimeMs) > settled;
      const hash = contentHash(file, 64);
      if (old) {
        known.set(file, [size, mtimeMs, ctimeMs, hash]);
        changed = true;
      }
      return hash;
    },
    save() {
      if (!changed) return;
      const partial = `${path}.${randomBytes(4).toString("hex")}${PARTIAL}`;
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(partial, JSON.stringify(Object.fromEntries(known)));
        renameSync(partial, path);
      } catch (error) {
        throw writeFailure(error, path);
      }
      changed = false;
    },
  };
}
