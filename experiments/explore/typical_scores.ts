/** Mean scores of Table 1's joint model, from a folder of results: what a picture's own scores are read beside. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { RESULT_SCHEMA, type Table1Result } from "../../lib/report/mod.ts";

/**
 * Means by task and score, of the first result in `folder/table1/`.
 *
 * @throws UserError when there is none.
 */
export function typicalScores(folder: string): Record<string, Record<string, number>> {
  const table1 = join(folder, "table1");
  const names = (() => {
    try {
      return readdirSync(table1).sort();
    } catch {
      return [];
    }
  })();
  for (const name of names) {
    try {
      const result: Table1Result = JSON.parse(readFileSync(join(table1, name, "result.json"), "utf8"));
      if (result.schema !== RESULT_SCHEMA) continue;
      const means: Record<string, Record<string, number>> = {};
      for (const { row, task, metric, mean } of result.cells) {
        if (row === "instruct") (means[task] ??= {})[metric] = mean;
      }
      return means;
    } catch {
      continue;
    }
  }
  throw new UserError(
    `--results expects a folder with table1/<scale>-<budget>/result.json, got ${folder}; deno task reproduce table1 --out DIR writes one`,
  );
}
