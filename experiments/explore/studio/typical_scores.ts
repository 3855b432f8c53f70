/** Mean scores of Table 1's joint model, from a folder of results: what a picture's own scores are read beside. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../lib/engine/mod.ts";
import { sha256 } from "../../../lib/hub/mod.ts";
import { RESULT_SCHEMA, type Table1Result } from "../../../lib/report/mod.ts";
import { JOINT } from "../../figures/table1/rows.ts";
import { checkpointPath } from "../../mini/checkpoints.ts";

const JUDGE = "data/checkpoints/judge.safetensors";

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** A stored Table 1 that can be read, or nothing. */
function readTable(path: string): Table1Result | undefined {
  try {
    const result: Table1Result = JSON.parse(readFileSync(path, "utf8"));
    return result.schema === RESULT_SCHEMA ? result : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Means by task and score, of the first result in `folder/table1/` that the present judge scored: another judge's levels are not to be read
 * beside its scores.
 *
 * @throws UserError when there is none.
 */
export function typicalScores(folder: string): Record<string, Record<string, number>> {
  const table1 = join(folder, "table1");
  const results = namesIn(table1).flatMap((name) => readTable(join(table1, name, "result.json")) ?? []);
  const judge = sha256(readFileSync(checkpointPath("judge")));
  if (results.length === 0) {
    throw new UserError(
      `--results expects a folder with table1/<scale>-<budget>/result.json, got ${folder}; deno task reproduce table1 --out DIR writes one`,
    );
  }
  const result = results.find(({ provenance }) => provenance.dataFiles?.[JUDGE] === judge);
  if (result === undefined) {
    throw new UserError(
      `--results expects a Table 1 scored by ${JUDGE}, ${
        judge.slice(0, 16)
      }, got others in ${table1}; deno task reproduce table1 --out DIR writes one`,
    );
  }
  const means: Record<string, Record<string, number>> = {};
  for (const { row, task, metric, mean } of result.cells) {
    if (row === JOINT) (means[task] ??= {})[metric] = mean;
  }
  return means;
}
