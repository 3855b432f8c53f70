/** Compares what two runs have written, byte for byte, but for times and places. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Table1Result } from "../../../lib/report/mod.ts";
import { TRAINING_COST } from "../../figures/table1/training_cost.ts";
import { RUN_FILE } from "../run_config.ts";

/** Fields of a result that name when and where it was computed. */
const CIRCUMSTANCES: readonly string[] = ["provenance.wallTimePerStage", "provenance.jobs"];

/** A result without what was measured with a clock: the seconds of its trainings, and the statement that they decide. */
function timeless(text: string): unknown {
  const { training = [], claims = [], ...result } = JSON.parse(text) as Partial<Table1Result>;
  return {
    ...result,
    training: training.map(({ seconds: _, ...run }) => run),
    claims: claims.filter(({ id }) => id !== TRAINING_COST.id),
  };
}

/** The lines of a page without that statement's. */
const timelessLines = (text: string): string[] =>
  text.split("\n").filter((line) => !line.includes(TRAINING_COST.statement));

/** Names of the fields, within fields, in which two values differ. */
function differingFields(a: unknown, b: unknown, at: readonly string[] = []): string[] {
  const name = at.join(".");
  if (CIRCUMSTANCES.includes(name) || isDeepStrictEqual(a, b)) return [];
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isRecord(a) || !isRecord(b)) return [name];
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].flatMap((field) => differingFields(a[field], b[field], [...at, field]));
}

/**
 * What differs between the files of two folders, the options of a run aside: names, and of a result's those of its fields.
 *
 * @throws Error where there are no files
 */
export function differingFiles(a: string, b: string): string[] {
  const names = new Set([...readdirSync(a), ...readdirSync(b)]);
  names.delete(RUN_FILE);
  if (names.size === 0) throw new Error(`Comparing ${a} with ${b} needs files, found none`);
  return [...names].sort().flatMap((name) => {
    const [here, there] = [a, b].map((folder) => join(folder, name)) as [string, string];
    if (!existsSync(here) || !existsSync(there)) return [`${name} (one has none)`];
    const [one, other] = [readFileSync(here), readFileSync(there)];
    if (name.endsWith(".md")) {
      return isDeepStrictEqual(timelessLines(one.toString()), timelessLines(other.toString())) ? [] : [name];
    }
    if (name !== "result.json") return one.equals(other) ? [] : [name];
    const fields = differingFields(timeless(one.toString()), timeless(other.toString()));
    return fields.map((field) => `${name}: ${field}`);
  });
}
