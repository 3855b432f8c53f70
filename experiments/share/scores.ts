/** Scores of an adapter with their intervals: of the stored Table 1 whose training it is, or of the card beside a committed checkpoint. */
import { storedTables, TABLE1_COLUMNS, type Table1Result } from "../../lib/report/mod.ts";
import type { DescribedAdapter } from "./described_adapter.ts";

/** The section about scores, as Markdown without its heading. */
export interface Scores {
  readonly markdown: string;
  /** Where they come from, for people. */
  readonly source: string;
}

const three = (value: number): string => value.toFixed(3);

function tableOf(path: string, result: Table1Result, row: string, task: string | null): string {
  const { cells, metrics, scaleNote, budgetNote, seeds } = result;
  const own = TABLE1_COLUMNS.flatMap((column) =>
    cells.filter((cell) =>
      cell.row === row && cell.task === column.task && cell.metric === column.metric &&
      (task === null || cell.task === task)
    )
  );
  const names = [...new Set(own.map(({ metric }) => metric))];
  return [
    `Row "${row}" of Table 1 on held-out pairs: ${scaleNote}; ${budgetNote}. Means over ${
      seeds.length === 1 ? "one training seed" : `${seeds.length} training seeds, this one among them`
    } with 95 % intervals (\`${path}\`, commit ${result.provenance.commit ?? "unknown"}).`,
    "",
    "| task | score | mean | 95 % interval | n |",
    "| --- | --- | --- | --- | --- |",
    ...own.map(({ task: of, metric, mean, low, high, n }) =>
      `| ${of} | ${metric} | ${three(mean)} | ${
        low === null || high === null ? "" : `[${three(low)}, ${three(high)}]`
      } | ${n} |`
    ),
    "",
    ...names.map((name) => {
      const metric = metrics[name];
      if (metric === undefined) throw new RangeError(`${path} expects a definition of ${name}, got none`);
      return `- ${name}: ${metric.definition}, by ${metric.by}`;
    }),
  ].join("\n");
}

/** The scores of an adapter; undefined where none are known. */
export function scoresOf({ training, card }: DescribedAdapter, results: string): Scores | undefined {
  const section = card === undefined
    ? undefined
    : /^## Scores\n+([\s\S]*?)(?=\n## |$(?![\s\S]))/m.exec(card)?.[1];
  if (section !== undefined) return { markdown: section.trim(), source: "the card beside the checkpoint" };
  for (const { name, result } of storedTables(results)) {
    const path = `table1/${name}/result.json`;
    const { seed, steps, finalLoss } = training;
    const found = result.training.find((each) =>
      each.seed === seed && each.steps === steps && each.finalLoss === finalLoss
    );
    if (found) return { markdown: tableOf(path, result, found.row, found.task), source: path };
  }
  return undefined;
}
