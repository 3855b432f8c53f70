/**
 * The instructions in a language model's answer. Models think aloud, greet, number, embolden, fence and wrap in JSON; only the list itself
 * counts, and what is left out is reported with its reason.
 */

import { isJsonObject } from "../engine/mod.ts";
import { type DroppedText, isTalk, withoutThoughts } from "./model_talk.ts";

/** What an answer holds. */
export interface ReadAnswer {
  /** In the answer's order. */
  readonly instructions: readonly string[];
  /** Everything else. */
  readonly dropped: readonly DroppedText[];
}

/** Fields of JSON that hold an instruction, or a list of them. */
const FIELDS = ["instruction", "instructions", "text", "prompt", "sentence", "items", "list"];
/** A quotation's mark, a circled or boxed number, a list's mark (1. 1) (1) [1] 1: #1 a) ii) - * • – +), a box to tick. */
const MARKS = [
  /^(?:>\s*)+/u,
  /^(?:[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]|(?:\d\ufe0f?\u20e3)+|\u{1f51f})[.)]?\s*/u,
  /^(?:[([]?\d{1,4}[.):\]]+|#\d+[.:)]?|\d{1,4}\s+[-–—]|\(?(?:[a-z]|[ivx]{1,6})\)|[-*+•‣◦–—·])\s+/iu,
  /^\[[ xX✓]?\]\s*/u,
] as const;
/** "a." and "ii." are marks where several lines have one: one alone may be a name's beginning. */
const LETTER_MARK = /^(?:[a-z]|[ivx]{1,6})\.\s+/iu;
/** A number in bold, "**Style 1:**", and "Instruction 1:". */
const BOLD_MARK = /^(?:\*\*|__)\s*(?:[([]?\d{1,4}[.):\]]*)\s*(?:\*\*|__)\s*/u;
const BOLD_NAME =
  /^(?:\*\*|__)\s*(?:\p{L}+\s+){1,3}#?\d{1,4}\s*(?:[:.)–-]\s*(?:\*\*|__)|(?:\*\*|__)\s*(?:[:.)–-]|$))\s*/u;
const NAMED_MARK = /^(?:instruction|prompt|sentence|example|option|variation|version)\s*#?\d+\s*[:.)-]\s*/iu;
/** Tags of lists and paragraphs. */
const ITEM = /<li\b[^<>]*>/giu;
const BLOCK = /<\/?(?:li|ul|ol|p|br|div|answer|output|response)\b[^<>]*>/giu;
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  "“": "”",
  "„": "“",
  "«": "»",
  "'": "'",
  "‘": "’",
  "`": "`",
};

/** Takes quotes and emphasis off that stand around a whole text. */
function bare(line: string): { text: string; quoted: boolean } {
  let text = line.trim(), quoted = false;
  for (let before = ""; before !== text;) {
    before = text;
    const around = /^(\*\*\*|\*\*|\*|___|__|_|~~)(?=\S)([^]*\S)\1([.!,;]?)$/u.exec(text);
    if (around && !(around[2] as string).includes(around[1] as string)) {
      text = `${around[2]}${around[3]}`.trim();
    }
    const comma = text.replace(/,$/u, "");
    const close = QUOTES[comma[0] ?? ""];
    const end = close && comma.length > 2 ? comma.replace(/[.!]$/u, "") : "";
    const inside = [comma, end].find((each) =>
      each.length > 2 && close !== undefined && each.endsWith(close)
    );
    if (inside !== undefined && !inside.slice(1, -1).includes(inside[0] as string)) {
      text = inside.slice(1, -1).trim();
      quoted = true;
    }
  }
  return { text, quoted };
}

/** The texts of a parsed list; nothing where the value is none. */
function listed(value: unknown): ReadAnswer | undefined {
  if (isJsonObject(value)) {
    const fields = Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]),
    );
    const named = FIELDS.map((name) => fields[name]).find((field) =>
      Array.isArray(field) || isJsonObject(field)
    );
    const lists = Object.values(value).filter((field) => Array.isArray(field));
    const list = named ?? (lists.length === 1 ? lists[0] : undefined);
    if (list !== undefined) return listed(list);
    const text = entryText(value);
    if (text !== undefined && FIELDS.some((name) => typeof fields[name] === "string")) return readLines(text);
    // {"1": "…", "2": "…"}
    const numbered = Object.entries(value).length > 0 && Object.keys(value).every((name) => /\d/u.test(name));
    return numbered ? listed(Object.values(value)) : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const instructions: string[] = [], dropped: DroppedText[] = [];
  for (const item of value) {
    const text = entryText(item);
    if (text === undefined) {
      dropped.push({ text: JSON.stringify(item) ?? "", reason: "no text in the JSON list" });
    } else if (text.trim() === "") dropped.push({ text, reason: "an empty text" });
    else if (text.trim().includes("\n")) {
      const lines = readLines(text);
      instructions.push(...lines.instructions);
      dropped.push(...lines.dropped);
    } else instructions.push(bare(unmarked(text.trim()).text).text);
  }
  return { instructions, dropped };
}

/** The text of one entry: itself, a field of a known name, or the only text of an object. */
function entryText(item: unknown): string | undefined {
  if (typeof item === "string") return item;
  if (!isJsonObject(item)) return undefined;
  const fields = Object.entries(item).filter((field): field is [string, string] =>
    typeof field[1] === "string"
  );
  return fields.find(([name]) => FIELDS.includes(name.toLowerCase()))?.[1] ??
    (fields.length === 1 ? fields[0]?.[1] : undefined);
}

function parsedList(text: string): ReadAnswer | undefined {
  try {
    return listed(JSON.parse(text.replace(/,(\s*[\]}])/gu, "$1")));
  } catch {
    return undefined;
  }
}

/** Where the value that opens at `at` closes, its last bracket included; undefined where it never does. */
function closing(text: string, at: number): number | undefined {
  let depth = 0, inText = false;
  for (let i = at; i < text.length; i++) {
    const letter = text[i] as string;
    if (inText) {
      if (letter === "\\") i++;
      else if (letter === '"') inText = false;
    } else if (letter === '"') inText = true;
    else if (letter === "[" || letter === "{") depth++;
    else if ((letter === "]" || letter === "}") && --depth === 0) return i + 1;
  }
  return undefined;
}

/** The whole entries of a list that was cut off, and where they end. */
function cutList(text: string, at: number): { found: ReadAnswer; end: number } | undefined {
  if (!/^\[\s*["{]/u.test(text.slice(at, at + 80))) return undefined;
  let end = text.length;
  for (let tries = 0; end > at && tries < MOST_CUTS; tries++, end = text.lastIndexOf(",", end - 1)) {
    const found = parsedList(`${text.slice(at, end)}]`);
    if (found) return { found, end };
  }
  return undefined;
}

/** Parses that may come to nothing, of one list that was cut off and of an answer: hostile answers end soon, too. */
const MOST_CUTS = 16;
const MOST_TRIES = 64;

/** The JSON lists in a text, and what stands around them; undefined where none has an instruction. */
function jsonLists(text: string): ReadAnswer | undefined {
  const instructions: string[] = [], around: DroppedText[] = [], dropped: DroppedText[] = [];
  let from = 0;
  const take = (found: ReadAnswer, at: number, end: number) => {
    if (found.instructions.length === 0) return false;
    around.push(...outside(text.slice(from, at)));
    instructions.push(...found.instructions);
    dropped.push(...found.dropped);
    from = end;
    return true;
  };
  const opening = /[[{]/gu;
  for (let match, tries = 0; tries < MOST_TRIES && (match = opening.exec(text)) !== null;) {
    const at = match.index, end = closing(text, at);
    const found = end === undefined ? undefined : parsedList(text.slice(at, end));
    const cut = end === undefined ? cutList(text, at) : undefined;
    if (found && take(found, at, end as number)) opening.lastIndex = from;
    else if (cut && take(cut.found, at, cut.end)) {
      const rest = text.slice(from).replace(/^\s*,/u, "").trim();
      if (rest !== "") dropped.push({ text: rest, reason: "cut off" });
      from = text.length;
      break;
    } else tries += end === undefined ? MOST_CUTS : 1;
  }
  if (instructions.length === 0) return undefined;
  return { instructions, dropped: [...around, ...outside(text.slice(from)), ...dropped] };
}

/** What stands outside of a list, where it holds more than commas. */
function outside(text: string): DroppedText[] {
  const trimmed = text.trim();
  return /^,?$/u.test(trimmed) ? [] : [{ text: trimmed, reason: "outside the list" }];
}

/** A line without its list mark. */
function unmarked(line: string, lettered = false): { text: string; marked: boolean } {
  const row = /^\|(.+)\|$/u.exec(line)?.[1]?.split("|").map((cell) => cell.trim()).filter((cell) =>
    cell !== ""
  );
  let text = row?.at(-1) ?? line, marked = row !== undefined;
  const bold = [BOLD_MARK, BOLD_NAME, NAMED_MARK];
  for (const mark of [...bold, ...MARKS, ...(lettered ? [LETTER_MARK] : []), ...bold]) {
    const rest = text.replace(mark, "");
    if (rest === text) continue;
    [text, marked] = [rest, true];
  }
  return { text, marked };
}

function readLines(body: string): ReadAnswer {
  const written = body.replace(ITEM, "\n- ").replace(BLOCK, "\n").split("\n").map((line) => line.trim())
    .filter((line) => line !== "");
  const lettered = written.filter((line) => LETTER_MARK.test(line)).length > 1;
  const lines = written.map((line) => {
    const { text, marked } = unmarked(line, lettered), inner = bare(text);
    const value = /^[{"]/u.test(line) ? entryOf(line) : undefined;
    return { line, text: value ?? inner.text, listed: marked || inner.quoted || value !== undefined, marked };
  });
  const list = lines.filter(({ marked, text }) => marked && text !== "").length >= 2;
  const instructions: string[] = [], dropped: DroppedText[] = [];
  for (const { line, text, listed } of lines) {
    const reason = !/\p{L}/u.test(text)
      ? "marks alone"
      : /^#{1,6}\s/u.test(line)
      ? "a heading"
      : /:\**$/u.test(text)
      ? "an introduction"
      : isTalk(text)
      ? "talk to the reader"
      : list && !listed
      ? "outside the list"
      : undefined;
    if (reason) dropped.push({ text: line, reason });
    else instructions.push(text);
  }
  return { instructions, dropped };
}

/** The text of a line that is JSON by itself. */
function entryOf(line: string): string | undefined {
  try {
    return entryText(JSON.parse(line.replace(/,$/u, "")));
  } catch {
    return undefined;
  }
}

/** The instructions in an answer: of the JSON lists wherever they stand, else of its lines, without marks, quotes and emphasis. */
export function readAnswer(answer: string): ReadAnswer {
  const { text: body, dropped } = withoutThoughts(answer);
  const plain = body.replace(/^\s*```[^\n]*$/gmu, "").trim();
  const read = jsonLists(plain) ?? readLines(plain);
  return { instructions: read.instructions, dropped: [...dropped, ...read.dropped] };
}
