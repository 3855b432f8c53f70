/**
 * Derived files that are rebuilt rather than trusted: a SHA-256 of the content leads the file, a reader that finds
 * any other hash gets nothing, and a writer replaces the file in one step (temporary name, sync, rename).
 */
import { createHash, randomUUID } from "node:crypto";

const MAGIC = new TextEncoder().encode("CHECKED1");
const HASH_BYTES = 32;

/** What a cached file was found to be. */
export type CacheState = "missing" | "corrupted" | "sound";

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Writes `content` behind its hash; a reader sees the old file or the whole new one, never a part. */
export async function writeChecked(path: string, content: Uint8Array): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (folder !== "") await Deno.mkdir(folder, { recursive: true });
  const temporary = `${path}.${randomUUID()}.partial`;
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true });
    try {
      for (const part of [MAGIC, createHash("sha256").update(content).digest(), content]) {
        for (let done = 0; done < part.length;) done += await file.write(part.subarray(done));
      }
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Reads a file of `writeChecked()`; the content is there only when the state is "sound". */
export async function readChecked(path: string): Promise<{ state: CacheState; content: Uint8Array }> {
  const nothing = new Uint8Array();
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { state: "missing", content: nothing };
    }
    throw error;
  }
  const start = MAGIC.length + HASH_BYTES;
  if (bytes.length < start || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    return { state: "corrupted", content: nothing };
  }
  const content = bytes.subarray(start);
  const expected = bytes.subarray(MAGIC.length, start);
  const found = createHash("sha256").update(content).digest();
  return found.every((byte, i) => byte === expected[i])
    ? { state: "sound", content }
    : { state: "corrupted", content: nothing };
}
