/** Rows of the table: sorted, and as CSV. */
import type { KnownPoint } from "./known_points.ts";
import type { Column } from "./view_state.ts";

/** Rows by a column; equal ones keep the map's order. */
export function sortedRows(rows: readonly KnownPoint[], column: Column, falling: boolean): KnownPoint[] {
  const sign = falling ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    const order = typeof x === "number" && typeof y === "number"
      ? x - y
      : String(x).localeCompare(String(y), "en");
    return sign * order || a.index - b.index;
  });
}

/** A field of CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it. */
function field(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/u.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows with a line of names. */
export function csvOf(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  return [names, ...rows.map((row) => names.map((name) => row[name]!))]
    .map((line) => line.map(field).join(",")).join("\r\n") + "\r\n";
}
