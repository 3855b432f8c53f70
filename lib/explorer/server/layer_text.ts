/** A dropped file's text: its encoding by its mark, UTF-8 without one; files of other programs are refused by what they are. */
import { formatOf } from "../../raster/mod.ts";

/** Files that are no text of instructions, by their first bytes as Latin-1. */
const FOREIGN: readonly (readonly [starts: readonly string[], what: string])[] = [
  [
    ["PK\x03\x04", "PK\x05\x06"],
    "a zip file or an office document, such as .xlsx or .docx: save it as CSV or text",
  ],
  [["\xd0\xcf\x11\xe0"], "an old office document, such as .xls: save it as CSV or text"],
  [["%PDF"], "a PDF: save its text"],
  [["{\\rtf"], "a rich text document: save it as plain text"],
  [
    ["\x1f\x8b", "7z\xbc\xaf", "Rar!\x1a", "BZh9", "\xfd7zXZ", "\x28\xb5\x2f\xfd"],
    "a compressed archive: unpack it first",
  ],
  [["PAR1"], "a Parquet file: save it as JSON Lines"],
  [["SQLite format 3\0"], "a database"],
  [["\x93NUMPY"], "an array of NumPy, .npy: save its texts as plain text"],
  [["\x89HDF"], "an HDF5 file: save its texts as plain text"],
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
/** Bytes that are letters in encodings such as windows-1252, and controls in Latin-1. */
const HIGH = /[\x80-\x9f]/gu;

/** What ends a line; the longest first, so that \r\n is one end. */
export const ENDS: readonly string[] = ["\r\n", "\n", "\r"];
const LINE_ENDS = new RegExp(ENDS.join("|"), "u");

/** The lines of a text: ended by \r\n, \n, or \r as old Macs do; nothing else, so that U+2028 may stand inside. */
export const linesOf = (text: string): string[] => text.split(LINE_ENDS);

/** What a file of bytes that are no text is; nothing where its start may be text in another encoding, or is not known. */
function binaryKind(bytes: Uint8Array, start: string): string | undefined {
  // Words may begin as a picture does: BM, GIF8.
  if (!CONTROL.test(start.replace(HIGH, ""))) return undefined;
  const picture = formatOf(bytes);
  if (picture !== undefined && picture !== "SVG") return `a picture (${picture})`;
  return start.startsWith("RIFF") || start.slice(4, 8) === "ftyp" ? "a sound or a film" : undefined;
}

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
    const kind = binaryKind(bytes, start);
    if (kind) return fail(`expected text, CSV or JSON, got ${kind}`);
    return fail(
      `expected text in ${
        mark ? mark[1].toUpperCase() : "UTF-8"
      }, got another encoding, such as windows-1252: save it as UTF-8`,
    );
  }
  const at = text.search(CONTROL);
  if (at >= 0) {
    const kind = binaryKind(bytes, start);
    if (kind) return fail(`expected text, CSV or JSON, got ${kind}`);
    const line = linesOf(text.slice(0, at)).length;
    return fail(
      text[at] === "\0" && text.length > 1 && [0, 1].includes(at)
        ? "expected text in UTF-8, got UTF-16 without its mark: save it as UTF-8"
        : `expected text, got a control character in line ${line}: no text file`,
    );
  }
  return text;
}
