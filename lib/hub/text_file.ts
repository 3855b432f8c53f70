/** Text files of the world: UTF-8 with or without a byte order mark, lines that end with \n or \r\n and nothing else. */
import { createReadStream, readFileSync } from "node:fs";
import { UserError } from "../engine/errors.ts";
import { beginning, standIn } from "../engine/stand_in.ts";

/** More bytes than any line of text has; what follows without an end is dropped. */
const MOST_BYTES = 1 << 24;

/** One line of a file. */
export interface TextLine {
  /** From 1; empty lines count. */
  readonly number: number;
  /** Without its end; absent where the bytes are no UTF-8, or far too many. */
  readonly text?: string;
}

/**
 * A file's text without its byte order mark.
 *
 * @throws UserError when it is no UTF-8, or a pointer of Git LFS or a web page in the file's place.
 */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  const other = standIn(beginning(bytes), { text: true });
  if (other) throw new UserError(`Reading ${path} failed: expected the file's own text, got ${other}`);
  return decodeText(bytes, path);
}

/** Text in UTF-8 without its byte order mark, whatever it says; `what` for the error. @throws UserError when it is no UTF-8. */
export function decodeText(bytes: Uint8Array, what: string): string {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(
      `Reading ${what} failed: expected text in UTF-8, got ${
        wide ? "UTF-16" : "another encoding or no text"
      }: save it as UTF-8`,
    );
  }
}

/** The lines of a file, one after the other; only \n ends one, so that U+2028 and its like may stand inside. */
export async function* textLines(path: string): AsyncGenerator<TextLine, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let parts: Uint8Array[] = [], length = 0, number = 0;
  const line = (): TextLine => {
    number++;
    const bytes = new Uint8Array(Math.min(length, MOST_BYTES));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    const whole = length <= MOST_BYTES;
    [parts, length] = [[], 0];
    if (!whole) return { number };
    try {
      const text = decoder.decode(bytes).replace(/\r$/, "");
      return { number, text: number === 1 ? text.replace(/^\ufeff/, "") : text };
    } catch {
      return { number };
    }
  };
  const take = (part: Uint8Array) => {
    if (length + part.length <= MOST_BYTES) parts.push(part);
    else parts = [];
    length += part.length;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, end));
      yield line();
      from = end + 1;
    }
    if (from < chunk.length) take(Uint8Array.from(chunk.subarray(from)));
  }
  if (length > 0) yield line();
}
