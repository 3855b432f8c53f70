/** Code that computes stages: one module each, so that its version covers what it loads and nothing else. */
import { existsSync } from "node:fs";
import { UserError } from "../lib/engine/errors.ts";
import { dataVersions, sourceVersion, type Stage } from "./runner/mod.ts";

/** Code that computes a stage. */
export interface StageCode<Compute> {
  /** Path of its module from the repository's root: it and all it imports are the code version. */
  readonly module: string;
  /** Data files it reads (checkpoints, corpora), from the repository's root: their hashes are part of the stage's key. */
  readonly data: readonly string[];
  /** Imports the module, only when a stage must run. */
  load(): Promise<Compute>;
}

/** Hashes of data files; a missing one is the user's to mend. */
function versionsOf(experiment: string, paths: readonly string[]): Readonly<Record<string, string>> {
  const missing = paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
  if (missing.length > 0) {
    throw new UserError(
      `Planning ${experiment} needs the checkpoints of the frozen parts, expected ${
        missing.join(", ")
      }, found none; they come with the repository, and deno task pretrain makes them again`,
    );
  }
  return dataVersions(paths);
}

function once<T>(compute: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}

/** Builds stages of one code; they share the versions of code and data, which are read once. */
export function stageMaker<Compute>(
  experiment: string,
  code: StageCode<Compute>,
): (stage: Omit<Stage, "codeVersion" | "data">) => Stage {
  const codeVersion = once(() => sourceVersion(code.module));
  const data = once(() => versionsOf(experiment, code.data));
  return (stage) => ({ ...stage, codeVersion: codeVersion(), data: data() });
}
