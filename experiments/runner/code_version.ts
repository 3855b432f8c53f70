/** The version of a stage's code: a hash of what it reaches, so that only a change of what it computes is another version. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../lib/hub/mod.ts";
import { EMBEDDING_SCORE_FIELDS } from "../../lib/metrics/table_scores.ts";
import { CONTROL_ORACLE_FIELDS } from "../../lib/tasks/control_oracles.ts";
import { CONTROLNET_FIELDS } from "../../lib/tasks/controlnets/mod.ts";
import { ORACLE_FIELDS, TASK_FIELDS, WORD_FIELDS } from "../../lib/tasks/task.ts";
import { canonicalCode } from "./canonical_code.ts";
import { keptCode, type OwnCode } from "./kept_code.ts";
import { type CodeEntry, LOADED, reachedCode, WHOLE } from "./reached_code.ts";

/** Folder of the repository. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** Records of which a stage reads some fields: the others are none of its code. */
const RECORDS = [
  TASK_FIELDS,
  WORD_FIELDS,
  ORACLE_FIELDS,
  CONTROL_ORACLE_FIELDS,
  EMBEDDING_SCORE_FIELDS,
  CONTROLNET_FIELDS,
]
  .map((fields) => Object.keys(fields));

const nameOf = ({ module, export: name }: CodeEntry) => `${module}#${name}`;

/** Modules that decide what is made of the code of others. */
const MAKERS = [
  "canonical_code.ts",
  "code_version.ts",
  "reached_code.ts",
  "syntax_tree.ts",
  "../../lib/explorer/server/bundled.ts",
];

/** Code known to this process, by entry: what it runs is what it found when it started. */
const known = new Map<string, OwnCode>();

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

const textOf = (path: string) => readFileSync(path, "utf8");

/** Names entries together with all but their modules that decides their versions. */
const whatIsAsked = (entries: readonly CodeEntry[], root: string): string =>
  [
    ...new Set(entries.map(nameOf)),
    ...MAKERS.map((name) => textOf(fileURLToPath(new URL(name, import.meta.url)))),
    JSON.stringify(RECORDS),
    textOf(resolve(root, "deno.json")),
  ].join("\n");

/** The code of entries, and of the modules that they load apart. */
async function codesOf(
  entries: readonly CodeEntry[],
  { root, read }: { readonly root: string; readonly read: (path: string) => string },
): Promise<ReadonlyMap<string, OwnCode>> {
  const codes = new Map<string, OwnCode>();
  const pinned = pinnedAt(root);
  for (let missing = [...entries]; missing.length > 0;) {
    const open = new Map(missing.map((entry) => [nameOf(entry), entry]));
    for (const name of codes.keys()) open.delete(name);
    const texts = await reachedCode([...open.values()], { root, read });
    missing = [];
    for (const [place, name] of [...open.keys()].entries()) {
      const { code, imports } = canonicalCode(texts[place] as string, { records: RECORDS });
      const loaded = imports.filter((each) => each.startsWith(LOADED))
        .map((each) => ({ module: each.slice(LOADED.length), export: WHOLE }));
      const packages = imports.filter((each) => !each.startsWith(LOADED)).map(pinned);
      codes.set(name, { hash: sha256([code, ...packages.sort()].join("\n")), loaded: loaded.map(nameOf) });
      missing.push(...loaded);
    }
  }
  return codes;
}

/**
 * SHA-256 by entry over the code it reaches (see `canonicalCode()`) and the pinned packages that this code imports.
 *
 * @param options.root folder of the modules and of deno.json
 * @param options.read gives a module's text by its path, e.g. another one than lies there
 * @param options.cacheFolder where versions are kept for as long as no module changes; default none
 */
export async function codeVersions(
  entries: Iterable<CodeEntry>,
  options: { root?: string; read?: (path: string) => string; cacheFolder?: string } = {},
): Promise<(entry: CodeEntry) => string> {
  const { root = ROOT, read = textOf, cacheFolder } = options;
  const codes = root === ROOT && read === textOf ? known : new Map<string, OwnCode>();
  const missing = [...entries].filter((entry) => !codes.has(nameOf(entry)));
  const find = (read: (path: string) => string) => codesOf(missing, { root, read });
  const found = cacheFolder === undefined || missing.length === 0
    ? await find(read)
    : await keptCode(cacheFolder, { of: whatIsAsked(missing, root), root, read }, find);
  for (const [name, code] of found) codes.set(name, code);
  return (entry) => {
    const reached = new Set([nameOf(entry)]);
    // What is added while it is gone through is gone through, too.
    for (const name of reached) for (const each of codes.get(name)?.loaded ?? []) reached.add(each);
    const [own, ...loaded] = [...reached].map((name) => codes.get(name)?.hash);
    if (own === undefined) throw new RangeError(`No version of ${nameOf(entry)} was asked for`);
    return sha256([own, ...loaded.sort()].join("\n"));
  };
}
