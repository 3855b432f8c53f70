/**
 * Fails on an import against the order of the folders (each imports only from folders of a lower rank), on a circle of files or of folders
 * at any depth (a sub-folder counts as one among the files beside it), and on a tensor library imported outside of lib/engine. Types
 * count. Tests inside experiments/ and bench/ may import what they like.
 * Run from the repository's root: deno run -A .ci/import_order.ts
 */
import { circles, foldedGraphs, importGraph, isTest, pathOf, specifiersOf, textsIn } from "./import_graph.ts";

/** Rank by folder; equal ranks do not know each other. */
const RANKS: Readonly<Record<string, number>> = {
  "lib/engine": 0,
  "lib/tensorboard": 1,
  "lib/raster": 1,
  "lib/hub": 1,
  "lib/golden": 1,
  "lib/metrics": 1,
  "lib/nn": 1,
  "lib/projection": 2,
  "lib/plots": 2,
  "lib/clip": 2,
  "lib/diffusion": 2,
  "lib/notebook": 3,
  "lib/adapter": 3,
  "lib/pipeline": 4,
  "lib/tasks": 4,
  "lib/instructions": 5,
  "lib/training": 5,
  "lib/report": 6,
  "lib/explorer": 6,
  "experiments/runner": 7,
  "experiments/parity": 7,
  "experiments/setting": 8,
  "experiments/adapters": 9,
  "experiments/pictures": 9,
  "experiments/jobs": 9,
  "experiments/mini": 10,
  "experiments/paper": 10,
  "experiments/parts": 11,
  "experiments/generate": 11,
  "experiments/pretrain": 12,
  "experiments/evaluate": 12,
  "experiments/data": 12,
  "experiments/models": 12,
  "experiments/device": 12,
  "experiments/figures": 12,
  "experiments/explanations": 13,
  "experiments/report": 14,
  "experiments/explore": 14,
  "experiments/notebooks": 14,
  "experiments/share": 14,
  "experiments": 15,
  "mod.ts": 16,
  "bench/timing": 16,
  "bench/works": 17,
  "bench/kills": 18,
  "bench/paper": 18,
  "bench": 19,
  "notebooks": 20,
};

/** Packages that only lib/engine may import. */
const ENGINE_ONLY = [
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-backend-cpu",
  "onnxruntime-node",
  "onnxruntime-common",
  "protobufjs",
];

/** Folders whose folders are ranked each for itself. */
const SPLIT = /^(lib|experiments|bench)\/[^/]+\//;

/** What of the order a module belongs to. */
const folderOf = (path: string): string =>
  SPLIT.exec(path)?.[0].slice(0, -1) ?? (path.split("/")[0] as string);

/** What is wrong with one module's imports. */
export function faults(path: string, text: string): string[] {
  const own = folderOf(path);
  const rank = RANKS[own];
  const found: string[] = [];
  if (rank === undefined) found.push(`${path}: folder ${own} has no rank in .ci/import_order.ts`);
  const free = isTest(path) && !path.startsWith("lib/");
  for (const specifier of specifiersOf(text)) {
    if (!specifier.startsWith(".")) {
      const name = ENGINE_ONLY.find((each) => specifier === each || specifier.startsWith(`${each}/`));
      if (name !== undefined && own !== "lib/engine") found.push(`${path}: only lib/engine imports ${name}`);
      continue;
    }
    const target = folderOf(pathOf(path, specifier));
    const other = RANKS[target];
    if (free || target === own || other === undefined || rank === undefined) continue;
    if (other >= rank) found.push(`${path}: ${own} may not import from ${target}`);
  }
  return found;
}

/** The circles in the texts of modules by path, tests aside, one line each: of modules, and of folders at any depth. */
export function circleFaults(texts: readonly (readonly [string, string])[]): string[] {
  const graph = importGraph(texts.filter(([path]) => !isTest(path)));
  const files = circles(graph).map((circle) => `files import each other in a circle: ${circle.join(", ")}`);
  // A circle of files is one of what holds them too.
  if (files.length > 0) return files;
  return [...foldedGraphs(graph).values()].flatMap((within) =>
    circles(within).map((circle) => `folders import each other in a circle: ${circle.join(", ")}`)
  );
}

if (import.meta.main) {
  const texts = textsIn(".").filter(([path]) => !path.startsWith(".ci/"));
  const all = [...texts.flatMap(([path, text]) => faults(path, text)), ...circleFaults(texts)];
  for (const fault of all) console.error(fault);
  if (all.length > 0) Deno.exit(1);
}
