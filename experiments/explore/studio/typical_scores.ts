/** Mean scores of Table 1's joint model, from a folder of results: what a picture's own scores are read beside. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../lib/engine/mod.ts";
import { sha256 } from "../../../lib/hub/mod.ts";
import { storedTables } from "../../../lib/report/mod.ts";
import { JOINT } from "../../figures/table1/rows.ts";
import { checkpointPath } from "../../mini/checkpoints.ts";

const JUDGE = "data/checkpoints/judge.safetensors";

/**
 * Means by task and score, of the largest run in `folder/table1/` that the present judge scored: another judge's levels are not to be read
 * beside its scores.
 *
 * @throws UserError when there is none, or one is damaged or of another layout.
 */
export function typicalScores(folder: string): Record<string, Record<string, number>> {
  const results = storedTables(folder).map(({ result }) => result);
  const judge = sha256(readFileSync(checkpointPath("judge")));
  if (results.length === 0) {
    throw new UserError(
      `--results expects a folder with table1/<scale>-<budget>/result.json, got ${folder}; deno task reproduce table1 --out DIR writes one`,
    );
  }
  const result = results.find(({ provenance }) => provenance.dataFiles[JUDGE] === judge);
  if (result === undefined) {
    throw new UserError(
      `--results expects a Table 1 scored by ${JUDGE}, ${judge.slice(0, 16)}, got others in ${
        join(folder, "table1")
      }; deno task reproduce table1 --out DIR writes one`,
    );
  }
  const means: Record<string, Record<string, number>> = {};
  for (const { row, task, metric, mean } of result.cells) {
    if (row === JOINT) (means[task] ??= {})[metric] = mean;
  }
  return means;
}
