/** The modules of the repository and what each imports, types included. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Imports by module, all paths from the repository's root. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const SKIPPED = new Set(["node_modules", ".git", ".cache"]);

/** Tests, what only they need, and the steps of the tests in a browser. */
export const isTest = (path: string): boolean =>
  /_(test|bench)\.tsx?$/.test(path) || /(^|\/)(testdata|browser_test)\//.test(path);

/** Paths of the modules below a folder. */
function* modulesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* modulesIn(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Specifiers that a module's text names: imports, re-exports, late imports and types from elsewhere. */
export function specifiersOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s+|^import\s+|\bimport\(\s*)"([^"]+)"/gm)].map(([, each]) =>
    each as string
  );
}

/** Path of what a relative specifier names. */
export const pathOf = (importer: string, specifier: string): string =>
  normalize(join(dirname(importer), specifier));

/** The graph of texts by path. */
export function importGraph(texts: Iterable<readonly [string, string]>): ImportGraph {
  return new Map([...texts].map(([path, text]) => [
    path,
    specifiersOf(text).filter((each) => each.startsWith(".")).map((each) => pathOf(path, each)),
  ]));
}

/** The texts of all modules below a folder. */
export const textsIn = (folder: string): (readonly [string, string])[] =>
  [...modulesIn(folder)].map((path) => [path, readFileSync(path, "utf8")] as const);

/**
 * The circles of a graph: its strongly connected parts of more than one module, or of one that imports itself, each sorted.
 * (Tarjan 1972.)
 */
export function circles(graph: ImportGraph): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (path: string): void => {
    index.set(path, index.size);
    lowest.set(path, index.get(path) as number);
    stack.push(path);
    for (const next of graph.get(path) ?? []) {
      if (!graph.has(next)) continue;
      if (!index.has(next)) {
        visit(next);
        lowest.set(path, Math.min(lowest.get(path) as number, lowest.get(next) as number));
      } else if (stack.includes(next)) {
        lowest.set(path, Math.min(lowest.get(path) as number, index.get(next) as number));
      }
    }
    if (lowest.get(path) !== index.get(path)) return;
    const part = stack.splice(stack.indexOf(path));
    if (part.length > 1 || graph.get(path)?.includes(path)) found.push(part.sort());
  };
  for (const path of graph.keys()) if (!index.has(path)) visit(path);
  return found;
}

/**
 * The graph among what lies in each folder of a graph's paths, by folder ("" for the root): its modules, and its sub-folders, each with all that
 * lies in it taken as one.
 */
export function foldedGraphs(graph: ImportGraph): ReadonlyMap<string, ImportGraph> {
  const folded = new Map<string, Map<string, string[]>>();
  for (const [path, targets] of graph) {
    for (const target of targets) {
      const [own, other] = [path.split("/"), target.split("/")];
      const depth = own.findIndex((part, i) => part !== other[i]);
      if (!graph.has(target) || depth < 0) continue;
      const at = (parts: readonly string[]) => parts.slice(0, depth + 1).join("/");
      const folder = own.slice(0, depth).join("/");
      const within = folded.get(folder) ?? new Map<string, string[]>();
      folded.set(folder, within);
      within.set(at(own), [...within.get(at(own)) ?? [], at(other)]);
      within.set(at(other), within.get(at(other)) ?? []);
    }
  }
  return folded;
}
