/** The column of instructions in a table of text: the one of a known name, the only one, or asked for. */
import {
  DELIMITERS,
  type Fail,
  isHeader,
  nameIn,
  NONE,
  openingOf,
  refuseDrawn,
  type Row,
  rowsOf,
  TEXT_NAMES,
} from "./layer_header.ts";
import { linesOf } from "./layer_text.ts";

/** A text and where it stands, such as "line 3". */
export interface PlacedText {
  readonly text: string;
  readonly place: string;
}

const quoted = (cells: readonly string[]) => cells.map((cell) => `"${cell.trim().slice(0, 30)}"`).join(", ");
const called = (delimiter: string) => delimiter === "\t" ? "a tab" : `"${delimiter}"`;

/** The delimiter that a first row holds most often; none where it holds none. */
function frequent(head: string): string {
  const counts = DELIMITERS.map((delimiter) => head.split(delimiter).length);
  const most = Math.max(...counts);
  return most > 1 ? DELIMITERS[counts.indexOf(most)] as string : NONE;
}

/**
 * The instructions of a table, first column first where there is one alone. The delimiter is the one that a first line `sep=;` says, else the
 * one that splits a known name off the header, else the one that splits all rows alike.
 *
 * @param options.most rows to read at most; two more show that there are more.
 * @param options.fail throws the error.
 */
export function tableTexts(content: string, options: { most: number; fail: Fail }): PlacedText[] {
  const { most, fail } = options;
  refuseDrawn(content, fail);
  const { head, from, said, naming } = openingOf(content);
  if (
    head.startsWith("#") && !isHeader(head, DELIMITERS) &&
    linesOf(content).some((line) => /^[^#]/u.test(line))
  ) {
    return fail(
      `expected a column named ${TEXT_NAMES.join(", ")} under the comments, got none under ${
        quoted([head])
      }: name the column so, or leave the comments out`,
    );
  }
  const faults = new Map<string, string>();
  const read = (delimiter: string): Row[] => {
    try {
      return rowsOf(content, delimiter, { most, from });
    } catch (error) {
      faults.set(delimiter, (error as Error).message);
      return [];
    }
  };
  const known = said ?? naming;
  const tables = (known === undefined ? DELIMITERS : [known])
    .map((delimiter) => ({ delimiter, rows: read(delimiter) }));
  const columns = (rows: readonly Row[]) => rows[0]?.cells.length ?? 0;
  const table =
    tables.filter(({ rows }) =>
      columns(rows) > 1 && (known !== undefined || rows.every(({ cells }) => cells.length === columns(rows)))
    ).sort((a, b) => columns(b.rows) - columns(a.rows))[0];
  if (!table) {
    const fits = known ?? frequent(head);
    const rows = known !== undefined && faults.has(known) ? [] : read(NONE);
    if (rows.length > 0) return singleColumn(rows, fail);
    const fault = faults.get(fits) ?? faults.get(NONE);
    if (fault === undefined) return [];
    return fail(`expected CSV${fits === NONE ? "" : ` with ${called(fits)} between columns`}, got ${fault}`);
  }
  const { rows, delimiter } = table, [first, ...rest] = rows as [Row, ...Row[]];
  const at = nameIn(first.cells);
  if (at < 0) {
    return fail(
      `expected a column named ${TEXT_NAMES.join(", ")}, got the columns ${
        quoted(first.cells)
      }: name the one that holds the instructions so in the first line`,
    );
  }
  const odd = rest.find(({ cells }) => cells.length !== first.cells.length);
  if (odd) {
    return fail(
      `expected ${first.cells.length} columns as in the first line, got ${odd.cells.length} in line ${odd.line}: put texts with ${
        called(delimiter)
      } in quotes`,
    );
  }
  return rest.map(({ cells, line }) => ({ text: cells[at] ?? "", place: `line ${line}` }));
}

function singleColumn(rows: readonly Row[], fail: Fail): PlacedText[] {
  const [head, ...rest] = rows as [Row, ...Row[]];
  const texts = (of: readonly Row[]) =>
    of.map(({ cells, line }) => ({ text: cells[0] ?? "", place: `line ${line}` }));
  if (nameIn(head.cells) >= 0) return texts(rest);
  const aligned = (head.cells[0] ?? "").trim().split(/\s{2,}/u);
  if (aligned.length > 1 && nameIn(aligned) >= 0) {
    return fail(
      `expected a delimiter between columns, got the columns ${
        quoted(aligned)
      } with nothing but blanks between: save it as CSV`,
    );
  }
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
