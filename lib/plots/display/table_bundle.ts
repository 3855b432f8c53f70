/** Tables as notebook outputs. */
import { escapeHtml } from "../escape_html.ts";
import { type Displayable, displayed, type MediaBundle } from "./displayable.ts";

/** A cell: text, or lines of which the first is the main one. */
export type TableCell = string | number | readonly string[];

/** A table as data. */
export interface TableSpec {
  /** Above the table. */
  readonly caption?: string;
  /** Column headings. */
  readonly columns: readonly string[];
  /** Cells, as many in each row as there are columns. */
  readonly rows: readonly (readonly TableCell[])[];
  /** Small print below. */
  readonly note?: string;
}

/** A table that shows itself at the end of a cell. */
export type Table = TableSpec & Displayable;

const linesOf = (cell: TableCell): readonly string[] =>
  typeof cell === "object" ? cell : [typeof cell === "number" ? cell.toLocaleString("en") : cell];

const isNumber = (cell: TableCell | undefined) =>
  typeof cell === "number" || typeof cell === "string" && /^[+−-]?\d[\d,]*(\.\d+)?( %)?$/.test(cell);

/** Columns that hold numbers, written out or not, stand to the right. */
function isNumeric(spec: TableSpec, column: number): boolean {
  return spec.rows.length > 0 && spec.rows.every((row) => isNumber(row[column]));
}

/** An HTML table without a style sheet of its own, so that it follows the page's theme. */
export function tableHtml(spec: TableSpec): string {
  const align = (column: number) => isNumeric(spec, column) ? "right" : "left";
  const cell = (content: TableCell, column: number) => {
    const [main = "", ...more] = linesOf(content);
    const small = more.map((line) => `<br><small style="opacity:0.75">${escapeHtml(line)}</small>`).join("");
    return `<td style="text-align:${align(column)};vertical-align:top">${escapeHtml(main)}${small}</td>`;
  };
  const head = spec.columns.map((name, i) =>
    `<th scope="col" style="text-align:${align(i)}">${escapeHtml(name)}</th>`
  );
  const caption = spec.caption
    ? `<p style="margin:0 0 0.4em"><strong>${escapeHtml(spec.caption)}</strong></p>`
    : "";
  return `${caption}<div style="overflow-x:auto"><table><thead><tr>${head.join("")}</tr></thead><tbody>${
    spec.rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("")
  }</tbody></table></div>${
    spec.note ? `<p style="max-width:90ch;font-size:90%;opacity:0.85">${escapeHtml(spec.note)}</p>` : ""
  }`;
}

/** The table in Markdown. */
export function tableMarkdown(spec: TableSpec): string {
  const safe = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const line = (cells: readonly TableCell[]) =>
    `| ${cells.map((cell) => linesOf(cell).map(safe).join("<br>")).join(" | ")} |`;
  const rule = spec.columns.map((_, i) => isNumeric(spec, i) ? "---:" : "---");
  return [
    ...(spec.caption ? [`**${spec.caption}**`, ""] : []),
    line(spec.columns),
    line(rule),
    ...spec.rows.map(line),
    ...(spec.note ? ["", spec.note] : []),
  ].join("\n");
}

/** HTML, Markdown and text of a table. */
function tableBundle(spec: TableSpec): MediaBundle {
  const markdown = tableMarkdown(spec);
  return { "text/html": tableHtml(spec), "text/markdown": markdown, "text/plain": markdown };
}

/**
 * A table that shows itself at the end of a cell.
 *
 * @throws RangeError when a row has another number of cells than there are columns.
 */
export function table(spec: TableSpec): Table {
  for (const [i, row] of spec.rows.entries()) {
    if (row.length !== spec.columns.length) {
      throw new RangeError(
        `table() needs ${spec.columns.length} cells in every row, got ${row.length} in row ${i}`,
      );
    }
  }
  return displayed({ ...spec }, tableBundle);
}
