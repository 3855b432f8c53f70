/** The name of a stage's output: a hash of everything that determines it. */
import { type Json, sha256 } from "../../lib/hub/mod.ts";
import { codeVersions } from "./code_version.ts";
import type { CodeEntry } from "./reached_code.ts";
import { inOrder, type Stage } from "./stage.ts";

/** Raised when the layout of stage folders changes. */
const FORMAT = 1;

/** JSON with sorted names: equal values give equal texts. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined).sort((
      [a],
      [b],
    ) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonicalJson(entry)}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`A stage's config needs finite numbers, got ${value}`);
  }
  return JSON.stringify(value);
}

/** What goes into a key; kept in the manifest to tell later why a key differs. */
export interface Ingredients {
  readonly [name: string]: Json;
  readonly config: Json;
  readonly code: string;
  readonly data: Readonly<Record<string, string>>;
  readonly parents: Readonly<Record<string, string>>;
}

/** Versions of code by entry, and the keys known so far. */
export interface Known {
  readonly versionOf: (entry: CodeEntry) => string;
  readonly keys: Map<Stage, string>;
}

/** What is known of stages before any key: the versions of the code that computes them. */
export async function knownOf(
  stages: Iterable<Stage>,
  options: { cacheFolder?: string } = {},
): Promise<Known> {
  const entries = [...stages].flatMap(({ code }) => code);
  return { versionOf: await codeVersions(entries, options), keys: new Map() };
}

/** The ingredients of a stage's key; parents' keys are looked up or computed. */
export function ingredientsOf(stage: Stage, known: Known): Ingredients {
  return {
    config: stage.config,
    code: sha256(stage.code.map(known.versionOf).join("\n")),
    data: stage.data,
    parents: Object.fromEntries(stage.parents.map((parent) => [parent.id, keyOf(parent, known)])),
  };
}

/** SHA-256 over id and ingredients, in hexadecimal. */
export function keyOf(stage: Stage, known: Known): string {
  const found = known.keys.get(stage);
  if (found !== undefined) return found;
  const key = sha256(canonicalJson({ format: FORMAT, id: stage.id, ...ingredientsOf(stage, known) }));
  known.keys.set(stage, key);
  return key;
}

/** The keys of stages and of all behind them. */
export async function stageKeys(targets: readonly Stage[]): Promise<ReadonlyMap<Stage, string>> {
  const all = inOrder(targets);
  const known = await knownOf(all);
  return new Map(all.map((stage) => [stage, keyOf(stage, known)]));
}

/** Says in a few words in what two sets of ingredients differ. */
export function differenceOf(before: Ingredients, now: Ingredients): string {
  const parts: string[] = [];
  const changed = (what: string, a: Json, b: Json) => {
    if (canonicalJson(a) === canonicalJson(b)) return;
    const [x, y] = [a, b].map((side) =>
      side !== null && typeof side === "object" && !Array.isArray(side) ? side : undefined
    );
    if (x !== undefined && y !== undefined) {
      for (const name of new Set([...Object.keys(x), ...Object.keys(y)])) {
        changed(
          `${what}.${name}`,
          (x as Record<string, Json>)[name] ?? null,
          (y as Record<string, Json>)[name] ?? null,
        );
      }
    } else if (what.startsWith("config")) parts.push(`${what} ${shorten(a)} → ${shorten(b)}`);
    else parts.push(what.replace(/^data\./, "data file ").replace(/^parents\./, "result of "));
  };
  changed("config", before.config, now.config);
  changed("code", before.code, now.code);
  changed("data", before.data, now.data);
  changed("parents", before.parents, now.parents);
  const shown = parts.slice(0, 3).join(", ") + (parts.length > 3 ? ` and ${parts.length - 3} more` : "");
  return shown === "" ? "layout of the cache changed" : `changed: ${shown}`;
}

const shorten = (value: Json) => {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
};
