/** The version of a stage's code: a hash of the module that computes it and of all it imports. */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../lib/hub/mod.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Imports that load code or data; `import type` and `export type` load nothing. */
const IMPORTS =
  /^(?:import|export)\s+(?!type\b)(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

/** Specifiers a module's text imports when it runs. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORTS)].map((match) => (match[1] ?? match[2]) as string);
}

/**
 * SHA-256 over the files a module loads, following relative imports, and over the pinned versions of the packages they name. A
 * change of any of these files, even of a comment, is another version: rather computed once too often than read once too stale.
 *
 * @param entry path of the module, absolute or from the repository's root
 */
export function sourceVersion(entry: string, options: { root?: string } = {}): string {
  const { root = ROOT } = options;
  const pinned =
    (JSON.parse(readFileSync(resolve(root, "deno.json"), "utf8")) as { imports?: Record<string, string> })
      .imports ?? {};
  const hashes = new Map<string, string>();
  const packages = new Set<string>();
  const open = [resolve(root, entry)];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const name = relative(root, path);
    if (hashes.has(name)) continue;
    const text = readFileSync(path, "utf8");
    hashes.set(name, sha256(text));
    if (!/\.[mc]?[jt]s$/.test(path)) continue;
    for (const specifier of importsOf(text)) {
      if (specifier.startsWith(".")) open.push(resolve(dirname(path), specifier));
      else {
        const owner = Object.keys(pinned).find((bare) =>
          specifier === bare || specifier.startsWith(`${bare}/`)
        );
        packages.add(owner === undefined ? specifier : `${owner} ${pinned[owner]}`);
      }
    }
  }
  return sha256([...[...hashes].map(([name, hash]) => `${name} ${hash}`), ...packages].sort().join("\n"));
}

/** SHA-256 of data files by path from the repository's root. */
export function dataVersions(
  paths: readonly string[],
  options: { root?: string } = {},
): Record<string, string> {
  const { root = ROOT } = options;
  return Object.fromEntries(paths.map((path) => [path, sha256(readFileSync(resolve(root, path)))]));
}
