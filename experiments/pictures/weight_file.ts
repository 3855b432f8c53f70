/** A file of weights that the user names: its bytes, its tensors and its hash. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isJsonObject, readSafetensors, type SafetensorsFile, UserError } from "../../lib/engine/mod.ts";
import { systemErrorCode } from "../../lib/hub/mod.ts";
import { shortHash } from "./short_hash.ts";

/** A safetensors file that was read. */
export interface WeightFile extends SafetensorsFile {
  /** As it was named. */
  readonly file: string;
  /** Its SHA-256, 16 hexadecimal digits. */
  readonly sha256: string;
}

/**
 * The bytes of a file.
 *
 * @throws UserError when there is none or it cannot be read.
 */
export async function readBytes(file: string | URL, what: string): Promise<Uint8Array> {
  const path = file instanceof URL ? fileURLToPath(file) : file;
  try {
    return await readFile(path);
  } catch (error) {
    const reasons: Record<string, string> = { ENOENT: "there is no such file", EISDIR: "it is a folder" };
    const reason = reasons[systemErrorCode(error)] ?? (error as Error).message;
    throw new UserError(`Reading ${what} ${path} failed: ${reason}`);
  }
}

/** Reads a safetensors file. @throws UserError when it is missing, truncated or none. */
export async function readWeights(file: string | URL, what: string): Promise<WeightFile> {
  const bytes = await readBytes(file, what);
  const name = file instanceof URL ? fileURLToPath(file) : file;
  return { ...readSafetensors(bytes, { what: `${what} ${name}` }), file: name, sha256: shortHash(bytes) };
}

/** The header's entry as a JSON object, undefined where it is none. */
export function headerObject(file: WeightFile, entry: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(file.metadata[entry] ?? "null");
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
