/** Where stages' outputs lie: `<cache>/stages/<id>-<key>/`, sealed; checkpoints, locks and logs of trainings beside them. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Json, type Manifest, readSealed, type Sealed } from "../../lib/hub/mod.ts";
import { type CheckpointFolder, checkpointFolder } from "./checkpoints.ts";
import { canonicalJson, differenceOf, type Ingredients } from "./stage_key.ts";
import type { Stage, StageOrigin, StageOutput } from "./stage.ts";

/** Digits of a key in folder names; the manifest holds the whole key. */
const SHORT = 16;

/** Paths of one stage at one key. */
export interface StagePlace {
  readonly output: string;
  readonly lock: string;
  readonly checkpoints: CheckpointFolder;
  /** Folder of what a training shows of itself; see `trainingLog()`. */
  readonly log: string;
}

/** The folder of a stage's output at a key. */
export const stageFolder = (id: string, key: string, cacheFolder: string): string =>
  join(cacheFolder, "stages", `${id}-${key.slice(0, SHORT)}`);

/** The place of a stage below the cache folder. */
export function placeOf(stage: Stage, key: string, cacheFolder: string): StagePlace {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(stage.id)) {
    throw new RangeError(`A stage's id needs letters, digits and "-" only, got "${stage.id}"`);
  }
  const name = `${stage.id}-${key.slice(0, SHORT)}`;
  return {
    output: stageFolder(stage.id, key, cacheFolder),
    lock: join(cacheFolder, "locks", `${name}.lock`),
    checkpoints: checkpointFolder(join(cacheFolder, "checkpoints", name)),
    log: join(cacheFolder, "runs", name),
  };
}

/** The meta part of a stage's manifest. */
export interface StageMeta {
  readonly key: string;
  readonly seconds: number;
  readonly origin: StageOrigin;
  readonly ingredients: Ingredients;
}

/** A stage's manifest meta as JSON. */
export function metaJson(meta: StageMeta): Readonly<Record<string, Json>> {
  return JSON.parse(canonicalJson(meta as unknown as Json)) as Readonly<Record<string, Json>>;
}

/** Reads and checks a stage's output folder. A folder of another key (a collision of short names) counts as corrupted. */
export async function readStage(place: StagePlace, key: string): Promise<Sealed> {
  const sealed = await readSealed(place.output);
  if (sealed.state === "sound" && sealed.manifest.meta["key"] !== key) {
    return { state: "corrupted", problem: "it belongs to another key" };
  }
  return sealed;
}

/** The reader's view of a sound stage folder. */
export function outputOf(stage: Stage, place: StagePlace, manifest: Manifest): StageOutput {
  const meta = manifest.meta as unknown as StageMeta;
  const bytes = async (name: string) => {
    if (!Object.hasOwn(manifest.files, name)) {
      const names = Object.keys(manifest.files).join(", ");
      throw new RangeError(`Stage ${stage.id} has no file "${name}": expected one of ${names}`);
    }
    return new Uint8Array(await readFile(join(place.output, name)));
  };
  const text = async (name: string) => new TextDecoder().decode(await bytes(name));
  return {
    id: stage.id,
    key: meta.key,
    seconds: meta.seconds,
    origin: meta.origin,
    data: meta.ingredients.data,
    files: Object.keys(manifest.files),
    bytes,
    text,
    json: async <T extends Json>(name: string) => JSON.parse(await text(name)) as T,
  };
}

/** What is known of a stage computed before under another key: seconds it took, and what is different now. */
export interface Predecessor {
  readonly seconds: number;
  readonly difference: string;
}

/** The newest readable output of the same stage id under another key. */
export async function predecessorOf(
  stage: Stage,
  now: Ingredients,
  cacheFolder: string,
): Promise<Predecessor | undefined> {
  const folder = join(cacheFolder, "stages");
  if (!existsSync(folder)) return undefined;
  let newest: StageMeta | undefined;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${stage.id}-`) || name.length !== stage.id.length + 1 + SHORT) continue;
    try {
      const text = await readFile(join(folder, name, "manifest.json"), "utf8");
      const meta = (JSON.parse(text) as { body: { meta: StageMeta } }).body.meta;
      if (newest === undefined || meta.origin.finishedAt > newest.origin.finishedAt) newest = meta;
    } catch {
      // Only a hint for people: an unreadable folder of another key is none of this run's business.
    }
  }
  return newest && { seconds: newest.seconds, difference: differenceOf(newest.ingredients, now) };
}
