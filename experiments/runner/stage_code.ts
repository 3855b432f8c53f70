/** Code that computes stages: an exported function, loaded when a stage must run, and the data files it reads. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../../lib/engine/errors.ts";
import { type Json, sha256 } from "../../lib/hub/mod.ts";
import { ROOT } from "./code_version.ts";
import type { CodeEntry } from "./reached_code.ts";
import type { Stage } from "./stage.ts";

/** Code that computes a stage: what the function reaches is the stage's code version. */
export interface StageCode<Compute> extends CodeEntry {
  /** Data files it reads (checkpoints, corpora), from the repository's root: their hashes are part of the stage's key. */
  readonly data: readonly string[];
  /** SHA-256 by name of what it reads beside, for a stage's configuration: files of the user's, wherever they lie. */
  readonly hashes?: (config: Json) => Readonly<Record<string, string>>;
  /** Imports the module, only when a stage must run. */
  load(): Promise<Compute>;
}

/**
 * Code by its module and the name of its function.
 *
 * @param options.from imports the module: its types, and the code that runs
 * @throws RangeError on loading, when `from` imports another module than the one that is hashed
 */
export function stageCode<Module extends object, Name extends string & keyof Module>(
  module: string,
  name: Name,
  { from, data = [] }: { readonly from: () => Promise<Module>; readonly data?: readonly string[] },
): StageCode<Module[Name]> {
  return {
    module,
    export: name,
    data,
    async load() {
      const loaded = await from();
      if (loaded !== await import(pathToFileURL(resolve(ROOT, module)).href)) {
        throw new RangeError(
          `Loading a stage's code needs the module that is hashed, ${module}, got another`,
        );
      }
      return loaded[name];
    },
  };
}

/** SHA-256 of data files by path from the repository's root; a missing one is the user's to mend. */
function versionsOf(experiment: string, paths: readonly string[]): Readonly<Record<string, string>> {
  const missing = paths.filter((path) => !existsSync(resolve(ROOT, path)));
  if (missing.length > 0) {
    throw new UserError(
      `Planning ${experiment} needs the checkpoints of the frozen parts, expected ${
        missing.join(", ")
      }, found none; they come with the repository, and deno task pretrain makes them again`,
    );
  }
  return Object.fromEntries(paths.map((path) => [path, sha256(readFileSync(resolve(ROOT, path)))]));
}

/**
 * Builds stages of one code; they share the versions of its data, which are read once.
 *
 * @param options.with what else makes the output, e.g. writes the function's answer into files
 */
export function stageMaker<Compute>(
  experiment: string,
  code: StageCode<Compute>,
  options: { readonly with?: readonly CodeEntry[] } = {},
): (stage: Omit<Stage, "code" | "data">) => Stage {
  const entries = [{ module: code.module, export: code.export }, ...options.with ?? []];
  let data: Readonly<Record<string, string>> | undefined;
  return (stage) => ({
    ...stage,
    code: entries,
    data: { ...(data ??= versionsOf(experiment, code.data)), ...code.hashes?.(stage.config) },
  });
}
