/**
 * The part of the README between its two marks: Table 1, turned over, of the largest committed run whose frozen parts are those of
 * data/checkpoints, and how its statements came out.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isOfEarlierParts } from "../lib/report/mod.ts";

const START = "<!-- table1:start -->";
const END = "<!-- table1:end -->";

/** Budgets of committed runs, the largest first. */
const BUDGETS = ["full", "quick"] as const;

interface Run {
  readonly claims?: readonly { readonly verdict: string }[];
  readonly provenance: {
    /** SHA-256 by path of the data files that it read. */
    readonly dataFiles: Readonly<Record<string, string>>;
  };
}

/** SHA-256 by path of the frozen parts as they are now. */
type Parts = Readonly<Record<string, string>>;

const readRun = (folder: string): Run => JSON.parse(readFileSync(`${folder}/result.json`, "utf8"));

/** How many statements came out how, such as `5 supported, 14 inconclusive, 1 not supported`. */
function countsOf(folders: readonly string[]): { total: number; text: string } {
  const claims = folders.flatMap((folder) => readRun(folder).claims ?? []);
  const text = ["supported", "inconclusive", "not supported"]
    .map((verdict) => `${claims.filter((claim) => claim.verdict === verdict).length} ${verdict}`).join(", ");
  return { total: claims.length, text };
}

/** Folders of an experiment's runs with the present parts, the largest first; where there are none, of its other runs. */
function runsOf(id: string, parts: Parts): string[] {
  const runs = BUDGETS.map((budget) => `results/${id}/mini-${budget}`)
    .filter((folder) => existsSync(`${folder}/result.json`));
  const present = runs.filter((folder) => !isOfEarlierParts(readRun(folder).provenance.dataFiles, parts));
  return present.length > 0 ? present : runs;
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
export function withTable1(readme: string, parts: Parts): string {
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`The README needs ${START} and ${END}, in this order`);
  const [shown, ...smaller] = runsOf("table1", parts) as [string, ...string[]];
  const counts = countsOf([shown]);
  const others = smaller.map((folder) =>
    `; at the ${folder.split("-").at(-1)} budget ${countsOf([folder]).text}`
  );
  const all = countsOf(readdirSync("results").flatMap((id) => runsOf(id, parts).slice(0, 1)));
  return `${readme.slice(0, start)}${START}\n\n${tableOf(shown)}\n
Of the paper's ${counts.total} statements about this table: ${counts.text}${
    others.join("")
  }. Of its ${all.total} statements
about all tables and figures, each by its largest run: ${all.text}.\n
${readme.slice(end)}`;
}
