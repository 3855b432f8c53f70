/** How a table of text begins: its header, its delimiter, and what stands before them. */
import { parse } from "csv-parse/sync";
import { ENDS, linesOf } from "./layer_text.ts";

/** Columns and fields that hold the instruction, the first that is there. */
export const TEXT_NAMES = ["instruction", "instructions", "text", "prompt", "sentence"];

/** What separates columns. */
export const DELIMITERS = [",", ";", "\t", "|"] as const;
/** A separator that no text has: every row is one column. */
export const NONE = "\u001f";
/** The first line that says the delimiter, as spreadsheets write it. */
const SAYS = /^"?sep=(.)"?\s*$/iu;
/** A line that is drawn between a table's rows, as Markdown's |---|---| and the +---+---+ of databases. */
const DRAWN = /^(?=.*--)(?=.*[|+])[\s|+:=-]+$/u;

/** A row and the line that it ends in. */
export interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Throws the error, by what was expected and found. */
export type Fail = (why: string) => never;

/** Blanks around a cell, also outside its quotes, align columns and are no part of it. */
export function rowsOf(
  content: string,
  delimiter: string,
  options: { most?: number; from?: number } = {},
): Row[] {
  // The types do not know what `info` adds.
  const records = parse(content, {
    delimiter,
    recordDelimiter: [...ENDS],
    trim: true,
    info: true,
    skipEmptyLines: true,
    relaxColumnCount: true,
    fromLine: options.from ?? 1,
    ...(options.most === undefined ? {} : { to: options.most + 2 }),
    maxRecordSize: 100_000,
  }) as unknown as { record: string[]; info: { lines: number } }[];
  return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
}

/** The column of the instructions by a header's names; below 0 where none is known. */
export function nameIn(cells: readonly string[]): number {
  const head = cells.map((name) => name.trim().toLowerCase());
  return TEXT_NAMES.map((name) => head.indexOf(name)).find((at) => at >= 0) ?? -1;
}

/** The columns of one line, none where its quotes are no CSV. */
function columnsOf(line: string, delimiter: string): readonly string[] {
  try {
    return rowsOf(line, delimiter)[0]?.cells ?? [];
  } catch {
    return [];
  }
}

/** The delimiter that splits a known name off a line. */
const namingDelimiter = (line: string, delimiters: readonly string[]): string | undefined =>
  delimiters.find((each) => {
    const cells = columnsOf(line, each);
    return cells.length > 1 && nameIn(cells) >= 0;
  });

/** Whether a line names the column of the instructions, alone or among others. */
export const isHeader = (line: string, delimiters: readonly string[]): boolean =>
  namingDelimiter(line, delimiters) !== undefined || nameIn(columnsOf(line, NONE)) >= 0;

/** How a table begins. */
export interface Opening {
  /** The first row, a header or not. */
  readonly head: string;
  /** Its line, from 1. */
  readonly from: number;
  /** The delimiter that a line before it says. */
  readonly said?: string;
  /** The one that splits a known name off the header. */
  readonly naming?: string;
}

/** Lines that begin with # are comments where a header with a known name follows them. */
export function openingOf(content: string): Opening {
  const lines = linesOf(content);
  const said = SAYS.exec(lines[0] as string)?.[1];
  const delimiters = said === undefined ? DELIMITERS : [said];
  const next = (isWanted: (line: string) => boolean) =>
    lines.findIndex((line, i) => i >= (said === undefined ? 0 : 1) && isWanted(line));
  const plain = next((line) => line.trim() !== "" && !line.startsWith("#"));
  const at = plain >= 0 && isHeader(lines[plain] as string, delimiters)
    ? plain
    : next((line) => line.trim() !== "");
  const head = lines[at] ?? "";
  const naming = namingDelimiter(head, delimiters);
  return {
    head,
    from: Math.max(at, 0) + 1,
    ...(said === undefined ? {} : { said }),
    ...(naming === undefined ? {} : { naming }),
  };
}

/** A table that is drawn with lines is refused by its first line that is nothing but drawing. */
export function refuseDrawn(content: string, fail: Fail): void {
  const at = linesOf(content).findIndex((line) => DRAWN.test(line));
  if (at >= 0) {
    fail(
      `expected lines or CSV, got a table drawn with lines, as Markdown's are, in line ${
        at + 1
      }: save it as CSV`,
    );
  }
}

/**
 * Whether a text is a table by its content alone: a line says its delimiter, or the header names a column of instructions and either holds no
 * blank, as sentences do, or has short names and as many columns as every row.
 */
export function isTable(content: string): boolean {
  const { head, from, said, naming } = openingOf(content);
  if (said !== undefined) return true;
  if (naming === undefined) return false;
  if (!head.includes(" ")) return true;
  const names = columnsOf(head, naming);
  if (names.some((name) => name.split(/\s+/u).length > 3)) return false;
  try {
    const rows = rowsOf(content, naming, { from });
    return rows.length > 1 && rows.every(({ cells }) => cells.length === names.length);
  } catch {
    return false;
  }
}
