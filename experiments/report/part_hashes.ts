/** The frozen parts as they are now, to tell results of earlier ones. */
import { existsSync, readFileSync } from "node:fs";
import { sha256 } from "../../lib/hub/mod.ts";
import { checkpointFiles } from "../mini/checkpoints.ts";
import { PARTS } from "../parts/mod.ts";

const ROOT = new URL("../../", import.meta.url);

/** SHA-256 by path of the frozen parts that are there. */
export function partHashes(): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const part of PARTS) {
    const [path] = checkpointFiles(part.name) as [string];
    if (existsSync(new URL(path, ROOT))) hashes[path] = sha256(readFileSync(new URL(path, ROOT)));
  }
  return hashes;
}
