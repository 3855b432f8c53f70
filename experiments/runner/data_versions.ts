/** The versions of data files that a stage reads. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { sha256 } from "../../lib/hub/mod.ts";
import { ROOT } from "./code_version.ts";

/** SHA-256 of data files by path from the repository's root. */
export function dataVersions(
  paths: readonly string[],
  options: { root?: string } = {},
): Record<string, string> {
  const { root = ROOT } = options;
  return Object.fromEntries(paths.map((path) => [path, sha256(readFileSync(resolve(root, path)))]));
}
