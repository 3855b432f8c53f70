/** The version of a stage's code: a hash of what it reaches, so that only a change of what it computes is another version. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../lib/hub/mod.ts";
import { canonicalCode } from "./canonical_code.ts";
import { type CodeEntry, reachedCode } from "./reached_code.ts";

/** Folder of the repository. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

const nameOf = ({ module, export: name }: CodeEntry) => `${module}#${name}`;

/** Versions known to this process, by entry: the code it runs is what it found when it started. */
const known = new Map<string, string>();

/** The packages' names with their pinned versions. @throws RangeError for a package that deno.json does not pin. */
function pinnedAt(root: string): (specifier: string) => string {
  const { imports = {} } = JSON.parse(readFileSync(resolve(root, "deno.json"), "utf8")) as {
    imports?: Record<string, string>;
  };
  return (specifier) => {
    if (specifier.startsWith("node:")) return specifier;
    const owner = Object.keys(imports).find((bare) => specifier === bare || specifier.startsWith(`${bare}/`));
    if (owner === undefined) {
      throw new RangeError(`Naming the version of a stage's code needs pinned packages, got ${specifier}`);
    }
    return `${specifier} ${imports[owner]}`;
  };
}

/**
 * SHA-256 by entry over the code it reaches (see `canonicalCode()`) and the pinned packages that this code imports.
 *
 * @param options.root folder of the modules and of deno.json
 * @param options.read gives a module's text by its path, e.g. another one than lies there
 */
export async function codeVersions(
  entries: Iterable<CodeEntry>,
  options: { root?: string; read?: (path: string) => string } = {},
): Promise<(entry: CodeEntry) => string> {
  const { root = ROOT, read } = options;
  const versions = root === ROOT && read === undefined ? known : new Map<string, string>();
  const missing = new Map([...entries].map((entry) => [nameOf(entry), entry]));
  for (const name of versions.keys()) missing.delete(name);
  const names = [...missing.keys()];
  const pinned = pinnedAt(root);
  const texts = await reachedCode([...missing.values()], { root, ...(read && { read }) });
  texts.forEach((text, place) => {
    const { code, imports } = canonicalCode(text);
    versions.set(names[place] as string, sha256([code, ...imports.map(pinned).sort()].join("\n")));
  });
  return (entry) => {
    const version = versions.get(nameOf(entry));
    if (version === undefined) throw new RangeError(`No version of ${nameOf(entry)} was asked for`);
    return version;
  };
}
