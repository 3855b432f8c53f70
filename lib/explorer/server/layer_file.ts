/** Instructions of the user's own, from a text, CSV, JSON or JSON Lines file. */
import { isJsonObject, UserError } from "../../engine/mod.ts";
import { contentFormat, type LayerFormat, markupKind } from "./layer_content.ts";
import { nameIn, refuseDrawn, TEXT_NAMES } from "./layer_header.ts";
import { type PlacedText, tableTexts } from "./layer_table.ts";
import { layerText, linesOf } from "./layer_text.ts";
import { LONGEST_TEXT } from "./place_text.ts";

/** Most lines of a layer. */
export const MOST_LINES = 50_000;

const fail = (why: string): never => {
  throw new UserError(`Reading the layer failed: ${why}`);
};

/** The instruction of a JSON value: a text, or an object's field of a known name. */
function fromValue(value: unknown, place: string): PlacedText {
  const fields = isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]))
    : {};
  const found = [value, ...TEXT_NAMES.map((name) => fields[name])].find((each) => typeof each === "string");
  if (typeof found !== "string") {
    return fail(`expected a text or an object with one of ${TEXT_NAMES.join(", ")} in ${place}, got another`);
  }
  return found.isWellFormed()
    ? { text: found, place }
    : fail(`expected whole characters in ${place}, got half of one`);
}

function fromJsonLines(content: string): PlacedText[] {
  return linesOf(content).flatMap((line, i) => {
    if (line.trim() === "") return [];
    const place = `line ${i + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return fail(`expected JSON in ${place}, got "${line.trim().slice(0, 40)}"`);
    }
    return [fromValue(value, place)];
  });
}

/** One JSON list of texts or objects, or an object that holds it under a known name; else JSON Lines under another ending. */
function fromJson(content: string): PlacedText[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return fromJsonLines(content);
  }
  const lists = isJsonObject(value) ? TEXT_NAMES.map((name) => value[name]).filter(Array.isArray) : [];
  const list: unknown = Array.isArray(value) ? value : lists[0];
  if (Array.isArray(list)) return list.map((each, i) => fromValue(each, `entry ${i + 1}`));
  return [fromValue(value, "the file")];
}

function fromLines(content: string): PlacedText[] {
  refuseDrawn(content, fail);
  const lines = linesOf(content).map((text, i) => ({ text, place: `line ${i + 1}` }));
  const [first, ...others] = lines.filter(({ text }) => text.trim() !== "");
  // The header of a table of one column: no instruction where others follow it.
  return first && others.length > 0 && nameIn([first.text]) === 0 ? others : lines;
}

/** The kind of a file by its name. */
export function layerFormat(name: string): LayerFormat {
  if (/\.(csv|tsv|tab)$/iu.test(name)) return "csv";
  if (/\.json$/iu.test(name)) return "json";
  return /\.(jsonl|ndjson)$/iu.test(name) ? "jsonl" : "text";
}

/**
 * The instructions of a file: its lines, but for a first one that is a known name alone; a table's column with a known name, or its only one;
 * likewise named fields of JSON or JSON Lines, or texts. Text and CSV that are another kind by their content are read as that. Empty ones are
 * left out. UTF-8, or what a byte order mark says.
 *
 * @param named the kind by the file's name.
 * @throws UserError when it cannot be read, is no text, holds no instruction, too many, or one that is too long.
 */
export function readLayerFile(bytes: Uint8Array, named: LayerFormat): string[] {
  const content = layerText(bytes, fail);
  const markup = markupKind(content);
  if (markup !== undefined) fail(`expected text, CSV or JSON, got ${markup}`);
  const format = contentFormat(content, named);
  const all = format === "csv"
    ? tableTexts(content, { most: MOST_LINES, fail })
    : format === "jsonl"
    ? fromJsonLines(content)
    : format === "json"
    ? fromJson(content)
    : fromLines(content);
  const texts = all.map(({ text, place }) => ({ text: text.replace(/\s+/gu, " ").trim(), place }))
    .filter(({ text }) => text !== "");
  if (texts.length === 0) fail("expected at least one instruction, got none");
  if (texts.length > MOST_LINES) fail(`expected at most ${MOST_LINES} lines, got more`);
  const long = texts.find(({ text }) => text.length > LONGEST_TEXT);
  if (long) {
    fail(`expected at most ${LONGEST_TEXT} characters a line, got ${long.text.length} in ${long.place}`);
  }
  return texts.map(({ text }) => text);
}
