/**
 * Derived files that are rebuilt rather than trusted: a SHA-256 of the content leads the file, and a reader that finds any other hash
 * gets nothing.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { atomicWrite, systemErrorCode } from "./atomic_write.ts";

const MAGIC = new TextEncoder().encode("CHECKED1");
const HASH_BYTES = 32;

/** What a checked file was found to be. */
export type CheckedState = "missing" | "corrupted" | "sound";

/**
 * Writes `content` behind its hash; a reader sees the old file or the whole new one, never a part.
 *
 * @throws UserError when the disk is full or the place cannot be written.
 */
export async function writeChecked(path: string, content: Uint8Array): Promise<void> {
  const whole = new Uint8Array(MAGIC.length + HASH_BYTES + content.length);
  whole.set(MAGIC);
  whole.set(createHash("sha256").update(content).digest(), MAGIC.length);
  whole.set(content, MAGIC.length + HASH_BYTES);
  await atomicWrite(path, whole);
}

/** Reads a file of {@link writeChecked}; the content is there only when the state is "sound". */
export async function readChecked(path: string): Promise<{ state: CheckedState; content: Uint8Array }> {
  const nothing = new Uint8Array();
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(systemErrorCode(error))) throw error;
    return { state: "missing", content: nothing };
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
