/**
 * Fails on an import against the order of the folders: each imports only from folders of a lower rank, and only lib/engine names the
 * tensor libraries. Run from the repository's root: deno run -A .ci/import_order.ts
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Rank by folder; equal ranks do not know each other. */
const RANKS: Readonly<Record<string, number>> = {
  "lib/engine": 0,
  "lib/raster": 0,
  "lib/hub": 1,
  "lib/golden": 1,
  "lib/metrics": 1,
  "lib/projection": 1,
  "lib/plots": 1,
  "lib/nn": 1,
  "lib/notebook": 2,
  "lib/clip": 2,
  "lib/diffusion": 2,
  "lib/adapter": 3,
  "lib/tasks": 4,
  "lib/instructions": 5,
  "lib/training": 5,
  "lib/report": 6,
  "lib/explorer": 6,
  "experiments": 7,
  "mod.ts": 8,
  "bench": 8,
  "notebooks": 8,
};

/** Packages that only lib/engine may import. */
const ENGINE_ONLY = [
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-backend-cpu",
  "onnxruntime-node",
  "onnxruntime-common",
  "protobufjs",
];

const folderOf = (path: string) => path.split("/").slice(0, path.startsWith("lib/") ? 2 : 1).join("/");

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (
      entry.name === "node_modules" || entry.name === ".git" || entry.name === ".cache" ||
      entry.name === ".ci"
    ) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

/** What is wrong with one module's imports. */
export function faults(path: string, text: string): string[] {
  const own = folderOf(path);
  const found: string[] = [];
  const rank = RANKS[own];
  if (rank === undefined) found.push(`${path}: folder ${own} has no rank in .ci/import_order.ts`);
  for (const [, specifier = ""] of text.matchAll(/(?:\bfrom\s+|^import\s+|\bimport\(\s*)"([^"]+)"/gm)) {
    if (!specifier.startsWith(".")) {
      const name = ENGINE_ONLY.find((each) => specifier === each || specifier.startsWith(`${each}/`));
      if (name !== undefined && own !== "lib/engine") found.push(`${path}: only lib/engine imports ${name}`);
      continue;
    }
    const target = folderOf(normalize(join(dirname(path), specifier)));
    const other = RANKS[target];
    if (target === own || other === undefined || rank === undefined) continue;
    if (other >= rank) found.push(`${path}: ${own} may not import from ${target}`);
  }
  return found;
}

if (import.meta.main) {
  const all = [...sources(".")].flatMap((path) => faults(path, readFileSync(path, "utf8")));
  for (const fault of all) console.error(fault);
  if (all.length > 0) Deno.exit(1);
}
