/** A dropped file's text: its encoding by its mark, UTF-8 without one; files of other programs are refused by what they are. */

/** Files that are no text of instructions, by their first bytes as Latin-1. */
const FOREIGN: readonly (readonly [starts: readonly string[], what: string])[] = [
  [
    ["PK\x03\x04", "PK\x05\x06"],
    "a zip file or an office document, such as .xlsx or .docx: save it as CSV or text",
  ],
  [["\xd0\xcf\x11\xe0"], "an old office document, such as .xls: save it as CSV or text"],
  [["\x89PNG", "\xff\xd8\xff", "GIF8", "II*\0", "MM\0*"], "a picture"],
  [["RIFF"], "a picture, a sound or a film"],
  [["%PDF"], "a PDF: save its text"],
  [["{\\rtf"], "a rich text document: save it as plain text"],
  [["\x1f\x8b", "7z\xbc\xaf", "Rar!\x1a", "BZh9"], "a compressed archive: unpack it first"],
  [["PAR1"], "a Parquet file: save it as JSON Lines"],
  [["SQLite format 3\0"], "a database"],
  [["ARROW1"], "an Arrow file: save it as JSON Lines"],
];

/** Byte order marks and the encodings that they stand for. */
const MARKS: readonly (readonly [mark: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe, 0, 0], ""],
  [[0, 0, 0xfe, 0xff], ""],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** What texts never hold: controls but for blanks and the ends of lines and pages. */
const CONTROL = /(?![\s\u0085])\p{Cc}/u;

/** What ends a line; the longest first, so that \r\n is one end. */
export const ENDS: readonly string[] = ["\r\n", "\n", "\r"];
const LINE_ENDS = new RegExp(ENDS.join("|"), "u");

/** The lines of a text: ended by \r\n, \n, or \r as old Macs do; nothing else, so that U+2028 may stand inside. */
export const linesOf = (text: string): string[] => text.split(LINE_ENDS);

/**
 * The text of a file.
 *
 * @param fail throws the error, by what was expected and found.
 */
export function layerText(bytes: Uint8Array, fail: (why: string) => never): string {
  const start = String.fromCharCode(...bytes.subarray(0, 256));
  const foreign = FOREIGN.find(([starts]) => starts.some((each) => start.startsWith(each)))?.[1];
  if (foreign) return fail(`expected text, CSV or JSON, got ${foreign}`);
  const mark = MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte));
  if (mark && mark[1] === "") return fail("expected text in UTF-8 or UTF-16, got UTF-32: save it as UTF-8");
  let text: string;
  try {
    text = new TextDecoder(mark?.[1] ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail(
      `expected text in ${
        mark ? mark[1].toUpperCase() : "UTF-8"
      }, got another encoding, such as windows-1252: save it as UTF-8`,
    );
  }
  const at = text.search(CONTROL);
  if (at >= 0) {
    const line = linesOf(text.slice(0, at)).length;
    return fail(
      text[at] === "\0" && text.length > 1 && [0, 1].includes(at)
        ? "expected text in UTF-8, got UTF-16 without its mark: save it as UTF-8"
        : `expected text, got a control character in line ${line}: no text file`,
    );
  }
  return text;
}
