/** What a function really reaches: its module and all it imports in one script, without what it never uses, by esbuild. */
import type { OnResolveResult, Plugin } from "esbuild";
import { dirname, relative, resolve } from "node:path";
import { bundled } from "../../lib/explorer/server/bundled.ts";

/** A function that computes outputs. */
export interface CodeEntry {
  /** Path of its module from the repository's root. */
  readonly module: string;
  /** Name under which the module exports it. */
  readonly export: string;
}

/** Stands before the path of a module in the specifier of one that is loaded apart: by `import()`, or as a worker. */
export const LOADED = "loaded:";

/** The whole module, as it is loaded apart. */
export const WHOLE = "*";

/** An import for its effect alone: `import "./effect.ts"`. */
const EFFECTS = /^import\s*["']([^"']+)["']/gm;
/** A worker's module: `new URL("./worker.ts", import.meta.url)`. */
const WORKER = /new URL\(\s*("\.[^"]+\.[jt]sx?")\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const NAMESPACE = "stage";

/**
 * Resolves the entries; leaves packages out; takes a module of ours for free of effects unless it is imported for them, so that what an
 * index of a folder offers does not count where nothing of it is used; and names what is loaded apart, without following it: esbuild
 * would wrap it and all that it shares with the rest, whole.
 */
function reach(entries: readonly CodeEntry[], root: string, read: (path: string) => string): Plugin {
  const effects = new Map<string, ReadonlySet<string>>();
  const sideEffects = (importer: string, path: string): OnResolveResult =>
    effects.get(importer)?.has(path) ? {} : { sideEffects: false };
  return {
    name: "reached-code",
    setup(build) {
      build.onResolve({ filter: /^stage:\d+$/ }, ({ path }) => ({ path, namespace: NAMESPACE }));
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => {
        const { module, export: name } = entries[Number(path.split(":")[1])] as CodeEntry;
        const from = JSON.stringify(`./${module}`);
        return {
          contents: name === WHOLE
            ? `import ${from}; export * from ${from};`
            : `export { ${name} } from ${from};`,
          resolveDir: root,
          loader: "js",
        };
      });
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir, importer, kind, namespace }) => {
        const file = resolve(resolveDir, path);
        if (kind === "dynamic-import") return { path: LOADED + relative(root, file), external: true };
        return { path: file, ...(namespace === NAMESPACE ? {} : sideEffects(importer, path)) };
      });
      build.onResolve(
        { filter: /^[^.]/ },
        ({ path, importer, kind }) =>
          kind === "entry-point" ? undefined : { path, external: true, ...sideEffects(importer, path) },
      );
      build.onLoad({ filter: /\.json$/ }, ({ path }) => ({ contents: read(path), loader: "json" }));
      build.onLoad({ filter: /\.[jt]sx?$/ }, ({ path }) => {
        const text = read(path);
        effects.set(path, new Set([...text.matchAll(EFFECTS)].map(([, specifier]) => specifier as string)));
        return {
          contents: text.replace(WORKER, "import($1)"),
          resolveDir: dirname(path),
          loader: path.endsWith("x") ? "tsx" : "ts",
        };
      });
    },
  };
}

/** One minified script per entry, in their order. Packages and Node's modules stay imports. */
export async function reachedCode(
  entries: readonly CodeEntry[],
  options: { readonly root: string; readonly read: (path: string) => string },
): Promise<string[]> {
  const { root, read } = options;
  if (entries.length === 0) return [];
  const files = await bundled({
    absWorkingDir: root,
    entryPoints: entries.map((_, place) => ({ in: `stage:${place}`, out: String(place) })),
    plugins: [reach(entries, root, read)],
    platform: "neutral",
    target: "esnext",
    charset: "utf8",
    legalComments: "none",
    tsconfigRaw: "{}",
  });
  const byPlace = new Map(files.map(({ path, text }) => [/(\d+)\.js$/.exec(path)?.[1], text]));
  return entries.map((_, place) => byPlace.get(String(place)) as string);
}
