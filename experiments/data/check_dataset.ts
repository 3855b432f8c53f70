/** Checks a folder of pairs against what a task's training set must be: lines, fields, pictures, sizes, counts, and that no pair is in both splits. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, normalize } from "node:path";
import { isJsonObject, openFileSource, UserError } from "../../lib/engine/mod.ts";
import { textLines } from "../../lib/hub/mod.ts";
import { LARGEST_SIDE, type PictureHeader, pictureHeader, readPicture } from "../../lib/raster/mod.ts";
import type { PairField, TaskId } from "../../lib/tasks/mod.ts";
import { linesName, linesPath, PAIR_SPLITS, type PairSplit } from "../paper/pair_lines.ts";
import { PAPER_DATASETS, PAPER_VALIDATION } from "../paper/paper_datasets.ts";
import { factsOf, fileNamer } from "./file_namer.ts";

/** Something wrong or remarkable, with a few of the places where it is. */
export interface Finding {
  /** "wrong": training would fail or be wrong; "note": it would run, but is not the paper's. */
  readonly kind: "wrong" | "note";
  readonly what: string;
  readonly count: number;
  /** The first few, such as "train.jsonl:17". */
  readonly places: readonly string[];
}

/** What was found. */
export interface DatasetReport {
  readonly task: TaskId;
  readonly folder: string;
  readonly pairs: Readonly<Record<PairSplit, number>>;
  /** Different pictures named, and how many of them were decoded whole. */
  readonly pictures: { readonly named: number; readonly decoded: number };
  readonly findings: readonly Finding[];
  /** Whether nothing is wrong. */
  readonly sound: boolean;
}

/** Characters of a text beyond which SD's encoder (77 tokens) will hardly read it whole. */
const LONG_TEXT = 350;
const MOST_PLACES = 3;

/** Collects findings by what they say. */
class Findings {
  readonly #found = new Map<string, { kind: Finding["kind"]; count: number; places: string[] }>();

  add(kind: Finding["kind"], what: string, place?: string): void {
    const known = this.#found.get(what) ?? { kind, count: 0, places: [] };
    known.count++;
    if (place !== undefined && known.places.length < MOST_PLACES) known.places.push(place);
    this.#found.set(what, known);
  }
  list(): Finding[] {
    return [...this.#found].map(([what, found]) => ({ what, ...found }))
      .sort((a, b) => Number(a.kind === "note") - Number(b.kind === "note"));
  }
}

/** Bytes that hold any usual header. */
const HEADER = 1 << 19;

/** The beginning of a file; all of it where the header ends later. */
function headerOf(path: string): PictureHeader {
  const source = openFileSource(path);
  try {
    const start = new Uint8Array(Math.min(HEADER, source.size));
    source.read(0, start);
    try {
      return pictureHeader(start);
    } catch (error) {
      if (!(error instanceof TypeError) || source.size <= HEADER) throw error;
    }
  } finally {
    source.close();
  }
  return pictureHeader(readFileSync(path));
}

/** A picture's fault as a phrase, from its header alone; nothing when it is fit. */
function headerFault(path: string, side: number): string | undefined {
  let header;
  try {
    header = headerOf(path);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof UserError)) throw error;
    return error.message;
  }
  const { width, height, animated, components } = header;
  if (animated) return "expected a still picture, got an animated one";
  if (components === 4) return "expected an RGB or grey picture, got a CMYK one";
  if (Math.max(width, height) > LARGEST_SIDE) return `expected sides up to ${LARGEST_SIDE} pixels`;
  if (Math.min(width, height) < side) return `expected a shorter side of ${side} pixels or more`;
  return undefined;
}

/** Whether a path stays below the folder it is read from. */
function staysInside(path: string): boolean {
  return !/^([/\\]|[A-Za-z]:)/.test(path) && !normalize(path).startsWith("..") && !path.includes("\0");
}

/** Checks one line and gives the pictures it names, by field. */
function checkLine(
  line: string,
  place: string,
  { fields, findings }: { fields: readonly PairField[]; findings: Findings },
): Map<PairField, string> | undefined {
  let pair: unknown;
  try {
    pair = JSON.parse(line);
  } catch {
    findings.add("wrong", "a line is no JSON", place);
    return undefined;
  }
  if (!isJsonObject(pair)) {
    findings.add("wrong", "a line is no JSON object", place);
    return undefined;
  }
  const pictures = new Map<PairField, string>();
  for (const field of fields) {
    const { name, kind, required } = field;
    const value = pair[name];
    if (value === undefined) {
      if (required) findings.add("wrong", `"${name}" is missing`, place);
      else findings.add("note", `"${name}" is missing, which is optional`, place);
    } else if (typeof value !== "string" || value.trim() === "") {
      findings.add("wrong", `"${name}" is no text, or empty`, place);
    } else if (!value.isWellFormed()) {
      findings.add("wrong", `"${name}" holds half a character`, place);
    } else if (kind === "text") {
      if (value.length > LONG_TEXT) findings.add("note", `"${name}" is longer than the encoder reads`, place);
    } else if (!staysInside(value)) findings.add("wrong", `"${name}" lies outside the folder`, place);
    else pictures.set(field, value);
  }
  const unknown = Object.keys(pair).find((name) => !fields.some((field) => field.name === name));
  if (unknown !== undefined) {
    findings.add("note", `"${unknown}" is no field of this task and is not read`, place);
  }
  return pictures;
}

/**
 * Checks a folder.
 *
 * @param options.decode pictures to decode whole, spread evenly over those named; every header is read anyway.
 * @param options.progress called after each picture.
 * @throws UserError when the folder is none, or has not both files of lines.
 */
export async function checkDataset(
  task: TaskId,
  folder: string,
  options: { decode: number; progress?: (done: number, total: number) => void },
): Promise<DatasetReport> {
  if (!(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    throw new UserError(`Checking the ${task} data expects a folder, got ${folder}`);
  }
  const missing = PAIR_SPLITS.filter((split) => !existsSync(linesPath(folder, split)));
  if (missing.length > 0) {
    throw new UserError(
      `Checking the ${task} data failed: expected ${
        missing.map(linesName).join(" and ")
      } in ${folder}, found none; --help shows the layout`,
    );
  }
  const { fields, pairs: wanted } = PAPER_DATASETS[task];
  const findings = new Findings();
  const pairs: Record<PairSplit, number> = { train: 0, val: 0 };
  /** Where a picture was named first, how, and the shorter side it must have. */
  const pictures = new Map<string, { path: string; place: string; side: number }>();
  const nameOf = fileNamer(folder);
  const seen = new Map<string, PairSplit>();
  for (const split of PAIR_SPLITS) {
    for await (const { number, text } of textLines(linesPath(folder, split))) {
      const place = `${linesName(split)}:${number}`;
      if (text?.trim() === "") continue;
      pairs[split]++;
      if (text === undefined) {
        findings.add("wrong", "a line is no UTF-8 text", place);
        continue;
      }
      const named = checkLine(text, place, { fields, findings });
      if (!named || named.size === 0) continue;
      const id = [...named.values()].map(nameOf).join("\0");
      const before = seen.get(id);
      if (before === undefined) seen.set(id, split);
      else if (before === split) findings.add("note", "a pair occurs twice", place);
      else findings.add("wrong", "a pair of the training is also in the validation", place);
      for (const [{ side = 1 }, path] of named) {
        const name = nameOf(path), known = pictures.get(name);
        if (!known || known.side < side) pictures.set(name, { path, place, ...known, side });
      }
    }
    if (pairs[split] === 0) findings.add("wrong", `${linesName(split)} has no pairs`);
  }
  const few = (split: PairSplit, number: number | null) => {
    if (number !== null && pairs[split] < number) {
      findings.add("note", `${pairs[split]} pairs in ${linesName(split)}, the paper had ${number}`);
    }
  };
  few("train", wanted);
  few("val", PAPER_VALIDATION);

  const every = Math.max(1, Math.floor(pictures.size / Math.max(1, options.decode)));
  let done = 0, decoded = 0;
  for (const { path, place, side } of pictures.values()) {
    const whole = join(folder, path);
    const at = `${path} (${place})`;
    if (!(factsOf(whole)?.isFile() ?? false)) {
      findings.add("wrong", "a picture is not there", at);
    } else {
      const fault = headerFault(whole, side);
      if (fault !== undefined) findings.add("wrong", `a picture is unfit: ${fault}`, at);
      else if (decoded < options.decode && done % every === 0) {
        decoded++;
        await readPicture(readFileSync(whole)).catch((error: Error) => {
          findings.add("wrong", `a picture is unfit: ${error.message}`, at);
        });
      }
    }
    options.progress?.(++done, pictures.size);
  }
  const list = findings.list();
  return {
    ...{ task, folder, pairs, findings: list },
    pictures: { named: pictures.size, decoded },
    sound: list.every(({ kind }) => kind === "note"),
  };
}

/** The report for a person. */
export function datasetText({ task, folder, pairs, pictures, findings, sound }: DatasetReport): string {
  const lines = findings.map(({ kind, what, count, places }) => {
    const where = places.length === 0
      ? ""
      : `: ${places.join(", ")}${count > places.length ? ` and ${count - places.length} more` : ""}`;
    return `  ${kind === "wrong" ? "WRONG" : "note "}  ${what}${where}`;
  });
  return [
    `${task} in ${folder}: ${pairs.train} pairs to train, ${pairs.val} to validate; ${pictures.named} pictures, ${pictures.decoded} decoded whole`,
    ...lines,
    sound ? "nothing is wrong" : `${findings.filter(({ kind }) => kind === "wrong").length} kinds of faults`,
  ].join("\n");
}
