/** The column of instructions in a table of text: its delimiter is found, its column named, or asked for. */
import { parse } from "csv-parse/sync";
import { ENDS } from "./layer_text.ts";

/** A text and where it stands, such as "line 3". */
export interface PlacedText {
  readonly text: string;
  readonly place: string;
}

/** Columns and fields that hold the instruction, the first that is there. */
export const TEXT_NAMES = ["instruction", "instructions", "text", "prompt", "sentence"];

/** What separates columns, and their names for people. */
const DELIMITERS = [",", ";", "\t", "|"] as const;
/** A separator that no text has: every row is one column. */
const NONE = "\u001f";

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

type Fail = (why: string) => never;

function rowsOf(content: string, delimiter: string, options: { most: number; from: number }): Row[] {
  // The types do not know what `info` adds.
  const records = parse(content, {
    delimiter,
    recordDelimiter: [...ENDS],
    info: true,
    skipEmptyLines: true,
    relaxColumnCount: true,
    fromLine: options.from,
    to: options.most + 2,
    maxRecordSize: 100_000,
  }) as unknown as { record: string[]; info: { lines: number } }[];
  return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
}

function nameAt({ cells }: Row): number {
  const head = cells.map((name) => name.trim().toLowerCase());
  return TEXT_NAMES.map((name) => head.indexOf(name)).find((at) => at >= 0) ?? -1;
}

const quoted = (cells: readonly string[]) => cells.map((cell) => `"${cell.trim().slice(0, 30)}"`).join(", ");

/**
 * The instructions of a table, first column first where there is one alone. The delimiter is the one that a first line `sep=;` says, else the
 * one that splits a known name off the header, else the one that splits all rows alike.
 *
 * @param options.most rows to read at most; two more show that there are more.
 * @param options.fail throws the error.
 */
export function tableTexts(content: string, options: { most: number; fail: Fail }): PlacedText[] {
  const { most, fail } = options;
  const said = /^sep=(.)[\r\n]/u.exec(content)?.[1];
  const from = said === undefined ? 1 : 2;
  let reason = "";
  const read = (delimiter: string): Row[] => {
    try {
      return rowsOf(content, delimiter, { most, from });
    } catch (error) {
      reason ||= (error as Error).message;
      return [];
    }
  };
  const tables = (said === undefined ? DELIMITERS : [said])
    .map((delimiter) => ({ delimiter, rows: read(delimiter) }))
    .filter(({ rows }) => rows.length > 0);
  const columns = (rows: readonly Row[]) => (rows[0] as Row).cells.length;
  const several = tables.filter(({ rows }) => columns(rows) > 1);
  const table = several.find(({ rows }) => nameAt(rows[0] as Row) >= 0) ??
    several.filter(({ rows }) => rows.every(({ cells }) => cells.length === columns(rows)))
      .sort((a, b) => columns(b.rows) - columns(a.rows))[0];
  if (!table) return singleColumn(read(NONE), fail, reason);
  const { rows, delimiter } = table, [head, ...rest] = rows as [Row, ...Row[]];
  const at = nameAt(head);
  if (at < 0) {
    return fail(
      `expected a column named ${TEXT_NAMES.join(", ")}, got the columns ${
        quoted(head.cells)
      }: name the one that holds the instructions so in the first line`,
    );
  }
  const odd = rest.find(({ cells }) => cells.length !== head.cells.length);
  if (odd) {
    return fail(
      `expected ${head.cells.length} columns as in the first line, got ${odd.cells.length} in line ${odd.line}: put texts with ${
        delimiter === "\t" ? "a tab" : `"${delimiter}"`
      } in quotes`,
    );
  }
  return rest.map(({ cells, line }) => ({ text: cells[at] ?? "", place: `line ${line}` }));
}

function singleColumn(rows: readonly Row[], fail: Fail, reason: string): PlacedText[] {
  if (rows.length === 0) return reason ? fail(`expected CSV, got ${reason}`) : [];
  const [head, ...rest] = rows as [Row, ...Row[]];
  const texts = (of: readonly Row[]) =>
    of.map(({ cells, line }) => ({ text: cells[0] ?? "", place: `line ${line}` }));
  if (nameAt(head) >= 0) return texts(rest);
  const words = ({ cells }: Row) => (cells[0] ?? "").trim().split(/\s+/u).length;
  if (words(head) === 1 && rest.length > 0 && rest.every((row) => words(row) > 1)) {
    return fail(
      `expected the first line to be an instruction or ${TEXT_NAMES.join(", ")}, got ${
        quoted(head.cells)
      }: name the column so, or leave the line out`,
    );
  }
  return texts(rows);
}
