/** Instructions of the user's own, from a text, CSV or JSON Lines file. */
import { parse } from "csv-parse/sync";
import { UserError } from "../../engine/mod.ts";
import { LONGEST_TEXT } from "./place_text.ts";

/** Most lines of a layer. */
export const MOST_LINES = 50_000;
/** Most bytes of a file. */
export const MOST_BYTES = 16 * 1024 * 1024;

/** Columns and fields that hold the instruction, the first that is there. */
const NAMES = ["instruction", "text", "prompt", "sentence"];

/** Kinds of files. */
export type LayerFormat = "text" | "csv" | "jsonl";

const fail = (why: string): never => {
  throw new UserError(`Reading the layer failed: ${why}`);
};

function fromCsv(content: string): string[] {
  let rows: string[][];
  try {
    rows = parse(content, {
      bom: true,
      skipEmptyLines: true,
      relaxColumnCount: true,
      to: MOST_LINES + 2,
      maxRecordSize: 100_000,
    });
  } catch (error) {
    return fail(`expected CSV, got ${(error as Error).message}`);
  }
  const head = rows[0]?.map((name) => name.trim().toLowerCase()) ?? [];
  const named = NAMES.map((name) => head.indexOf(name)).find((at) => at >= 0);
  return (named === undefined ? rows : rows.slice(1)).map((row) => row[named ?? 0] ?? "");
}

function fromJsonLines(content: string): string[] {
  return content.split(/\r?\n/u).filter((line) => line.trim() !== "").map((line, i) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return fail(`expected JSON in line ${i + 1}, got "${line.slice(0, 40)}"`);
    }
    if (typeof value === "string") return value;
    const fields = typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
    const found = NAMES.map((name) => fields[name]).find((field) => typeof field === "string");
    return found as string | undefined ??
      fail(`expected a text or an object with one of ${NAMES.join(", ")} in line ${i + 1}, got another`);
  });
}

/** The kind of a file by its name. */
export function layerFormat(name: string): LayerFormat {
  if (/\.csv$/iu.test(name)) return "csv";
  return /\.(jsonl|ndjson)$/iu.test(name) ? "jsonl" : "text";
}

/**
 * The instructions of a file: its lines; a CSV's column named instruction, text, prompt or sentence, else its first; likewise named fields
 * of JSON Lines, or texts. Empty ones are left out.
 *
 * @throws UserError when it cannot be read, holds none, too many, or one that is too long.
 */
export function readLayerFile(content: string, format: LayerFormat): string[] {
  const all = format === "csv"
    ? fromCsv(content)
    : format === "jsonl"
    ? fromJsonLines(content)
    : content.replace(/^\ufeff/u, "").split(/\r?\n/u);
  const texts = all.map((text) => text.replace(/\s+/gu, " ").trim()).filter((text) => text !== "");
  if (texts.length === 0) fail("expected at least one instruction, got none");
  if (texts.length > MOST_LINES) fail(`expected at most ${MOST_LINES} lines, got more`);
  const long = texts.findIndex((text) => text.length > LONGEST_TEXT);
  if (long >= 0) {
    fail(
      `expected at most ${LONGEST_TEXT} characters a line, got ${texts[long]!.length} in line ${long + 1}`,
    );
  }
  return texts;
}
