/** The elements of long lists in a JSON file, one at a time: annotation files are larger than the longest string there may be. */
import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { UserError } from "../../../lib/engine/mod.ts";
import { decodeText } from "../../../lib/hub/mod.ts";

const [QUOTE, ESCAPE, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];
const NEW_LINE = 0x0a;
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** An element and the list that holds it. */
export interface JsonElement {
  readonly list: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * The objects in the lists of the file's outermost object.
 *
 * @throws UserError when the file is no JSON object, ends too early, or holds an element that is no JSON or no UTF-8.
 */
export async function* jsonElements(path: string): AsyncGenerator<JsonElement> {
  const fail = (got: string): never => {
    throw new UserError(`Reading ${path} failed: expected a whole JSON object, got ${got}`);
  };
  let depth = 0, inText = false, escaped = false, begun = false;
  let name = "", text: number[] | undefined, list: string | undefined;
  let parts: Uint8Array[] = [], from = -1;
  let line = 1, begins = 1;
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    if (from >= 0) from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === NEW_LINE) line++;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === ESCAPE) escaped = true;
        else if (byte === QUOTE) {
          inText = false;
          if (text) name = decodeText(Uint8Array.from(text), `a name in line ${line} of ${path}`);
          text = undefined;
          continue;
        }
        text?.push(byte);
        continue;
      }
      if (byte === QUOTE) {
        inText = true;
        if (depth === 1) text = [];
      } else if (byte === OPEN || byte === OPEN_LIST) {
        if (depth === 0 && (byte === OPEN_LIST || begun)) fail(begun ? "more behind it" : "a list");
        begun = true;
        if (depth === 1 && byte === OPEN_LIST) list = name;
        if (depth === 2 && list !== undefined && byte === OPEN) [from, begins] = [i, line];
        depth++;
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        depth--;
        if (depth === 2 && from >= 0 && list !== undefined) {
          parts.push(chunk.subarray(from, i + 1));
          from = -1;
          const element = decodeText(
            Buffer.concat(parts),
            `the element of "${list}" that begins in line ${begins} of ${path}`,
          );
          let value: Readonly<Record<string, unknown>> = {};
          try {
            value = JSON.parse(element);
          } catch {
            fail(`an element of "${list}" that is none`);
          }
          parts = [];
          yield { list, value };
        }
        if (depth === 1) list = undefined;
        if (depth < 0) fail("a bracket too many");
      } else if (depth === 0 && !SPACE.has(byte) && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) {
        fail("something else");
      }
    }
    if (from >= 0) parts.push(Uint8Array.from(chunk.subarray(from)));
  }
  if (depth !== 0 || !begun) fail(begun ? "a truncated one" : "an empty file");
}
