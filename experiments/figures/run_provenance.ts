/** Where the numbers of a result come from, gathered from all the stages behind it. */
import { sha256 } from "../../lib/hub/mod.ts";
import type { Provenance } from "../../lib/report/mod.ts";
import type { Ancestor } from "../runner/mod.ts";

/** Whether any stage was computed from changed files; null where none was as far as is known, and not all is known. */
function dirtyOf(ancestors: readonly Ancestor[]): boolean | null {
  const states = ancestors.map(({ output }) => output?.origin.dirty ?? null);
  return states.includes(true) ? true : states.includes(null) ? null : false;
}

/**
 * Provenance of a result: the newest stage's circumstances, whether any stage's code was uncommitted, the data files that any
 * stage read, and the key and seconds of every stage. A stage whose output is gone from the cache has a key and no seconds.
 *
 * @param ancestors all stages behind the result, not its summary's parents alone.
 * @param hashes SHA-256 of the data behind it, one or several.
 * @throws RangeError when there is no stage with an output.
 */
export function provenanceOf(ancestors: readonly Ancestor[], hashes: readonly string[]): Provenance {
  const outputs = ancestors.flatMap(({ output }) => output === undefined ? [] : [output]);
  if (outputs.length === 0) {
    throw new RangeError("provenanceOf() needs the output of at least one stage, got none");
  }
  const { commit, device, threads, memory, system, versions } = outputs.map(({ origin }) => origin)
    .reduce((a, b) => (b.finishedAt > a.finishedAt ? b : a));
  const jobs = outputs.flatMap(({ id, origin: { host = "unknown", job, device, requeues = 0 } }) =>
    job === undefined ? [] : [[id, { host, job, device, requeues }] as const]
  );
  return {
    commit,
    dirty: dirtyOf(ancestors),
    device,
    threads,
    ...(memory === undefined ? {} : { memory }),
    ...(system === undefined ? {} : { system }),
    versions,
    datasetHash: new Set(hashes).size === 1 ? hashes[0] as string : sha256(hashes.join("\n")),
    dataFiles: Object.fromEntries(
      outputs.flatMap(({ data }) => Object.entries(data)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    ),
    wallTimePerStage: Object.fromEntries(
      outputs.map(({ id, seconds }) => [id, Math.round(seconds * 1000) / 1000]),
    ),
    stageKeys: Object.fromEntries(ancestors.map(({ id, key }) => [id, key])),
    ...(jobs.length === 0 ? {} : { jobs: Object.fromEntries(jobs) }),
  };
}
