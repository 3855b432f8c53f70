/** Where the numbers of a result come from, gathered from the outputs of the stages behind it. */
import { sha256 } from "../lib/hub/mod.ts";
import type { Provenance } from "../lib/report/mod.ts";
import type { StageOutput } from "./runner/mod.ts";

/**
 * Provenance of a result: the newest stage's circumstances, the data files that any stage read, and the seconds of every stage.
 *
 * @param hashes SHA-256 of the data behind it, one or several.
 * @throws RangeError when there is no stage.
 */
export function provenanceOf(outputs: readonly StageOutput[], hashes: readonly string[]): Provenance {
  if (outputs.length === 0) {
    throw new RangeError("provenanceOf() needs the output of at least one stage, got none");
  }
  const newest = outputs.map(({ origin }) => origin).reduce((a, b) => (b.finishedAt > a.finishedAt ? b : a));
  return {
    commit: newest.commit,
    dirty: newest.dirty,
    device: newest.device,
    threads: newest.threads,
    versions: newest.versions,
    datasetHash: new Set(hashes).size === 1 ? hashes[0] as string : sha256(hashes.join("\n")),
    dataFiles: Object.fromEntries(
      outputs.flatMap(({ data }) => Object.entries(data)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    ),
    wallTimePerStage: Object.fromEntries(
      outputs.map(({ id, seconds }) => [id, Math.round(seconds * 1000) / 1000]),
    ),
  };
}
