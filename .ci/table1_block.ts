/**
 * The part of the README between its two marks: Table 1, turned over, of the largest committed run whose frozen parts are those of
 * data/checkpoints, and how its statements came out.
 */
import { readFileSync } from "node:fs";
import type { Figure, StoredResult } from "../experiments/figures/figure.ts";
import { presentRuns, storedRuns } from "../lib/report/mod.ts";
import { withBlock } from "./marked_block.ts";

/** A stored run. */
interface Run {
  readonly folder: string;
  readonly result: StoredResult;
}

/** How many statements came out how, such as `5 supported, 14 inconclusive, 1 not supported`. */
function countsOf(runs: readonly Run[]): { total: number; text: string } {
  const claims = runs.flatMap(({ result }) => result.claims);
  const text = ["supported", "inconclusive", "not supported"]
    .map((verdict) => `${claims.filter((claim) => claim.verdict === verdict).length} ${verdict}`).join(", ");
  return { total: claims.length, text };
}

/** A Markdown table with rows and columns exchanged, each cell on one line. */
function transposed(table: string): string {
  const rows = table.trim().split("\n").filter((_, i) => i !== 1)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("<br>", " ")));
  const [head = [], ...body] = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? ""));
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The notes of a run's page and its first table, a column for each model. @throws Error when there is none. */
function tableOf(folder: string): string {
  const page = readFileSync(`${folder}/table.md`, "utf8");
  const [, notes, table] = /^# .+\n\n([\s\S]+?\n)(\|[\s\S]+?)\n\n/.exec(page) ?? [];
  if (notes === undefined || table === undefined) {
    throw new Error(`Reading ${folder}/table.md found no table`);
  }
  return notes.replaceAll(" row shows", " column shows").replace(/last (\w+) rows/, "last $1 columns")
    .replaceAll("compare rows", "compare columns") +
    transposed(table);
}

/**
 * The README with the block between its marks written anew, not yet formatted.
 *
 * @param figures Table 1 and every figure whose statements are counted.
 * @param parts SHA-256 by path of the frozen parts as they are now.
 * @throws Error when a mark is missing, or a run of Table 1.
 */
export function withTable1(
  readme: string,
  figures: readonly Figure[],
  parts: Readonly<Record<string, string>>,
): string {
  const runs = figures.map((figure): Run[] =>
    presentRuns(storedRuns(`results/${figure.record.id}`), parts).map(({ folder }) => ({
      folder,
      result: figure.read(folder),
    }))
      .filter(({ result }) => result.budget !== "smoke")
  );
  const [shown, ...smaller] = runs[figures.findIndex(({ record }) => record.id === "table1")] ?? [];
  if (shown === undefined) throw new Error("The README's block needs a run of table1, found none");
  const counts = countsOf([shown]);
  const others = smaller.map((run) => `; at the ${run.result.budget} budget ${countsOf([run]).text}`);
  const all = countsOf(runs.flatMap(([largest]) => largest ?? []));
  return withBlock(
    readme,
    "table1",
    `${tableOf(shown.folder)}\n
Of the paper's ${counts.total} statements about this table: ${counts.text}${
      others.join("")
    }. Of its ${all.total} statements
about all tables and figures, each by its largest run: ${all.text}.`,
  );
}
