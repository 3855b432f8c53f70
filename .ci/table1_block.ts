/**
 * The part of the README between its two marks: Table 1, turned over, of the largest committed run whose frozen parts are those of
 * data/checkpoints, and how its statements came out.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isOfEarlierParts } from "../lib/report/mod.ts";

const START = "<!-- table1:start -->";
const END = "<!-- table1:end -->";
const RUNS = "results/table1";

/** Budgets of committed runs, the largest first. */
const BUDGETS = ["full", "quick"] as const;

interface Claim {
  readonly verdict: string;
}

/** How many statements came out how, such as `5 supported, 14 inconclusive, 1 not supported`. */
function countsOf(folders: readonly string[]): { total: number; text: string } {
  const claims = folders.flatMap((folder) =>
    (JSON.parse(readFileSync(`${folder}/result.json`, "utf8")) as { claims?: Claim[] }).claims ?? []
  );
  const text = ["supported", "inconclusive", "not supported"]
    .map((verdict) => `${claims.filter((claim) => claim.verdict === verdict).length} ${verdict}`).join(", ");
  return { total: claims.length, text };
}

/** SHA-256 by path of the data files that a run read. */
const dataFilesOf = (folder: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(`${folder}/result.json`, "utf8")).provenance.dataFiles;

/** The full runs of all experiments. */
function fullRuns(): string[] {
  return readdirSync("results").map((id) => `results/${id}/mini-full`)
    .filter((folder) => existsSync(`${folder}/result.json`));
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
 * @param parts SHA-256 by path of the frozen parts as they are now.
 * @throws Error when a mark is missing.
 */
export function withTable1(readme: string, parts: Readonly<Record<string, string>>): string {
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`The README needs ${START} and ${END}, in this order`);
  const runs = BUDGETS.map((budget) => {
    const folder = `${RUNS}/mini-${budget}`;
    const present = !isOfEarlierParts(dataFilesOf(folder), parts);
    return { budget, folder, present, counts: countsOf([folder]) };
  });
  const shown = runs.find(({ present }) => present) ?? runs[0] as typeof runs[number];
  const others = runs.filter((run) => run !== shown).map(({ budget, present, counts }) =>
    `; at the ${budget} budget${present ? "" : ", on earlier parts,"} ${counts.text}`
  );
  const all = countsOf(fullRuns());
  return `${readme.slice(0, start)}${START}\n\n${tableOf(shown.folder)}\n
Of the paper's ${shown.counts.total} statements about this table: ${shown.counts.text}${
    others.join("")
  }. Of its ${all.total} statements
about all tables and figures, at full: ${all.text}.\n
${readme.slice(end)}`;
}
