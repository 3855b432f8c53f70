/** Table 1 as Markdown, LaTeX and CSV: pure functions of a result. Scale and budget stand in every heading. */
import { taskOf, TASKS } from "../tasks/mod.ts";
import { PAPER_TABLE1, TABLE1_COLUMNS, type Table1Column, type Table1Row } from "./paper_table1.ts";
import { type Cell, cellIn } from "./cells.ts";
import { settingNote } from "./figure_result.ts";
import type { Table1Result } from "./table1_result.ts";
import { committedNote, rowLabel, shownRows } from "./table1_rows.ts";

/** Decimals of the paper's numbers and of ours. */
export const PAPER_DIGITS = 4;
/** See `PAPER_DIGITS`. */
export const OUR_DIGITS = 3;

/** The cell of a row and column, if measured. */
export function cellOf(
  result: Table1Result,
  row: string,
  { task, metric }: Table1Column,
): Cell | undefined {
  return cellIn(result.cells, row, task, metric);
}

/** `[0.801, 0.823]`, or a word for an interval that a single item cannot give. */
export function intervalText(
  { low, high }: { low: number | null; high: number | null },
  digits = OUR_DIGITS,
): string {
  return low === null || high === null
    ? "[no interval]"
    : `[${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** "Table 1 at mini scale, quick budget" and what both mean. */
export function table1Heading(result: Table1Result): { title: string; note: string } {
  const committed = committedNote(result);
  return {
    title: `Table 1 at ${result.scale} scale, ${result.budget} budget`,
    note: `${settingNote(result)} Higher is better. ` +
      "Intervals: 95 %, bootstrap over items" +
      (result.seeds.length > 1 ? " and seeds" : ", one training seed") +
      ". The paper's numbers are SD 1.5's under other encoders and images: compare rows, not levels." +
      (committed === "" ? "" : ` ${committed}`),
  };
}

/** Measured cells that are no column of Table 1: the other encoder and the oracle checks. */
function furtherColumns(result: Table1Result): Table1Column[] {
  const known = new Set(TABLE1_COLUMNS.map(({ task, metric }) => `${task}/${metric}`));
  const further = new Map<string, Table1Column>();
  for (const { task, metric } of result.cells) {
    if (!known.has(`${task}/${metric}`)) further.set(`${task}/${metric}`, { task, metric });
  }
  const rank = (task: string) => TASKS.findIndex((known) => known === task);
  return [...further.values()].sort((a, b) => rank(a.task) - rank(b.task));
}

function usedMetrics(result: Table1Result): string[] {
  return [...new Set(result.cells.map(({ metric }) => metric))].sort();
}

const FURTHER_ROWS: readonly string[] = ["no", "one", "two", "three"];

/** How many of the shown rows the paper does not print, as a word. @throws RangeError for more than there are words. */
function furtherRows(shown: readonly Table1Row[]): string {
  const count = shown.length - Object.keys(PAPER_TABLE1).length;
  const word = FURTHER_ROWS[count];
  if (word !== undefined) return word;
  throw new RangeError(
    `Table 1 expects at most ${FURTHER_ROWS.length - 1} rows that are not in the paper, got ${count}`,
  );
}

/** Markdown: the ten columns with paper, ours and interval stacked in each cell, further scores, claims, and what the scores mean. */
export function table1Markdown(result: Table1Result): string {
  const { title, note } = table1Heading(result);
  const head = TABLE1_COLUMNS.map(({ task, metric }) => `${taskOf(task).title}<br>${metric}`);
  const shown = shownRows(result);
  const rows = shown.map((
    row,
  ) => [rowLabel(result, row), ...TABLE1_COLUMNS.map((column) => stackedCell(result, row, column))]);
  const further = furtherColumns(result);
  const sections = [
    `# ${title}`,
    note,
    "In each cell: *the paper's number* (where it prints one), **ours**, its interval. " +
    `The single-task row shows each task's own model; the last ${
      furtherRows(shown)
    } rows are not in the paper.`,
    markdownGrid(["", ...head], rows),
  ];
  if (further.length > 0) {
    sections.push(
      "## Further scores",
      markdownGrid(
        ["Task", "Score", ...shown.map((row) => rowLabel(result, row))],
        further.map((column) => [
          column.task,
          column.metric,
          ...shown.map((row) => {
            const cell = cellOf(result, row, column);
            return cell === undefined ? "–" : `${cell.mean.toFixed(OUR_DIGITS)} ${intervalText(cell)}`;
          }),
        ]),
      ),
    );
  }
  sections.push(
    "## The paper's statements",
    markdownGrid(
      ["Section", "Statement", "Verdict", "Evidence"],
      result.claims.map((
        { section, statement, verdict, evidence },
      ) => [section, statement, `**${verdict}**`, evidence]),
    ),
    "## Scores",
    usedMetrics(result).map((metric) => {
      const entry = result.metrics[metric];
      return entry === undefined ? `* ${metric}` : `* ${metric}: ${entry.definition}; by ${entry.by}`;
    }).join("\n"),
  );
  return sections.join("\n\n") + "\n";
}

function stackedCell(result: Table1Result, row: Table1Row, column: Table1Column): string {
  const cell = cellOf(result, row, column);
  if (cell === undefined) return "not run";
  const paper = cell.paper === null ? "" : `*${cell.paper.toFixed(PAPER_DIGITS)}*<br>`;
  return `${paper}**${cell.mean.toFixed(OUR_DIGITS)}**<br>${intervalText(cell)}`;
}

const pipeSafe = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function markdownGrid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(pipeSafe).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const LATEX_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "×": "$\\times$",
  "−": "$-$",
  "≤": "$\\leq$",
};

/** Text with LaTeX's special characters escaped. */
export function latexText(text: string): string {
  return text.replace(/[\\~^×−≤&%$#_{}]/g, (mark) => LATEX_ESCAPES[mark] ?? `\\${mark}`);
}

/** LaTeX (booktabs): per row a line of the paper's numbers and a line of ours with half-size intervals under them. */
export function table1Latex(result: Table1Result): string {
  const { title, note } = table1Heading(result);
  const groups = TASKS.map((task) => ({
    task,
    columns: TABLE1_COLUMNS.filter((column) => column.task === task),
  }));
  let start = 2;
  const rules = groups.map(({ columns }) => {
    const rule = `\\cmidrule(lr){${start}-${start + columns.length - 1}}`;
    start += columns.length;
    return rule;
  });
  const line = (cells: readonly string[]) => `${cells.join(" & ")} \\\\`;
  const body = shownRows(result).flatMap((row) => {
    const cells = TABLE1_COLUMNS.map((column) => cellOf(result, row, column));
    const paper = cells.map((cell) => cell?.paper == null ? "" : cell.paper.toFixed(PAPER_DIGITS));
    const ours = cells.map((cell) => cell === undefined ? "--" : cell.mean.toFixed(OUR_DIGITS));
    const intervals = cells.map((cell) => cell === undefined ? "" : `{\\tiny ${intervalText(cell)}}`);
    const own = [
      line([paper.some(Boolean) ? "\\quad ours" : latexText(rowLabel(result, row)), ...ours]),
      line(["", ...intervals]),
    ];
    return paper.some(Boolean)
      ? [line([`${latexText(rowLabel(result, row))}, paper`, ...paper]), ...own]
      : own;
  });
  return [
    "% needs \\usepackage{booktabs}",
    "\\begin{table*}",
    "\\centering",
    `\\caption{${latexText(`${title}. ${note}`)}}`,
    `\\begin{tabular}{l${"c".repeat(TABLE1_COLUMNS.length)}}`,
    "\\toprule",
    line([
      "",
      ...groups.map(({ task, columns }) => `\\multicolumn{${columns.length}}{c}{${taskOf(task).title}}`),
    ]),
    rules.join(" "),
    line(["", ...TABLE1_COLUMNS.map(({ metric }) => metric)]),
    "\\midrule",
    ...body,
    "\\bottomrule",
    "\\end{tabular}",
    "\\end{table*}",
    "",
  ].join("\n");
}

/** CSV (RFC 4180): one line per cell. */
export function table1Csv(result: Table1Result): string {
  const quoted = (value: string | number | null) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [
    ["scale", "budget", "row", "task", "metric", "paper", "mean", "low", "high", "n"],
    ...result.cells.map(({ row, task, metric, paper, mean, low, high, n }) => [
      result.scale,
      result.budget,
      row,
      task,
      metric,
      paper,
      mean,
      low,
      high,
      n,
    ]),
  ];
  return lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
}
