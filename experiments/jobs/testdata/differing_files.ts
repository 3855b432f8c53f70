/** Compares what two runs have written, byte for byte, but for times and places. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Provenance } from "../../../lib/report/mod.ts";
import { RUN_FILE } from "../run_config.ts";

/** Fields of a result's provenance that name when and where it was computed. */
const CIRCUMSTANCES = ["wallTimePerStage", "jobs"] as const satisfies readonly (keyof Provenance)[];

function contentOf(folder: string, name: string): string {
  const path = join(folder, name);
  if (!existsSync(path)) return "none";
  const bytes = readFileSync(path);
  if (name !== "result.json") return bytes.toString("base64");
  const { provenance, ...result } = JSON.parse(bytes.toString()) as { provenance: Provenance };
  const same = Object.entries(provenance).filter(([field]) => !CIRCUMSTANCES.some((each) => each === field));
  return JSON.stringify({ ...result, provenance: Object.fromEntries(same) });
}

/** Names of the files that differ; the options of a run aside. @throws Error where a folder holds no files */
export function differingFiles(a: string, b: string): string[] {
  const names = new Set([...readdirSync(a), ...readdirSync(b)]);
  names.delete(RUN_FILE);
  if (names.size === 0) throw new Error(`Comparing ${a} with ${b} needs files, found none`);
  return [...names].sort().filter((name) => contentOf(a, name) !== contentOf(b, name));
}
