/**
 * The instructions in a language model's answer. Models think aloud, greet, number, embolden, fence and wrap in JSON; only the list itself
 * counts, and what is left out is reported with its reason.
 */

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
/** A list's mark: 1. 1) (1) [1] 1: #1 a) - * • – + and so on. */
const MARK = /^(?:[([]?\d{1,4}[.):\]]+|#\d+[.:)]?|\d{1,4}\s+[-–—]|[a-z]\)|[-*+•‣◦–—·])\s+/iu;
/** The same in bold, and "Instruction 1:". */
const BOLD_MARK = /^(?:\*\*|__)\s*(?:[([]?\d{1,4}[.):\]]*)\s*(?:\*\*|__)\s*/u;
const NAMED_MARK = /^(?:\*\*|__)?instruction\s*#?\d+\s*[:.)-]\s*(?:\*\*|__)?\s*/iu;
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  "“": "”",
  "„": "“",
  "«": "»",
  "'": "'",
  "‘": "’",
  "`": "`",
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

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
  if (isRecord(value)) {
    const fields = Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]),
    );
    const named = FIELDS.map((name) => fields[name]).find((field) => Array.isArray(field) || isRecord(field));
    const lists = Object.values(value).filter((field) => Array.isArray(field));
    const list = named ?? (lists.length === 1 ? lists[0] : undefined);
    if (list !== undefined) return listed(list);
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
    else instructions.push(bare(text.replace(MARK, "")).text);
  }
  return { instructions, dropped };
}

/** The text of one entry: itself, a field of a known name, or the only text of an object. */
function entryText(item: unknown): string | undefined {
  if (typeof item === "string") return item;
  if (!isRecord(item)) return undefined;
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

/** A JSON list somewhere in a text, and what stands around it. */
function jsonList(text: string): { found: ReadAnswer; around: readonly string[] } | undefined {
  for (const [open, close] of [["[", "]"], ["{", "}"]] as const) {
    const last = text.lastIndexOf(close);
    let at = text.indexOf(open);
    for (let tries = 0; at >= 0 && at < last && tries < 8; tries++) {
      const found = parsedList(text.slice(at, last + 1));
      if (found) return { found, around: [text.slice(0, at), text.slice(last + 1)] };
      at = text.indexOf(open, at + 1);
    }
  }
  return undefined;
}

/** A line without its list mark. */
function unmarked(line: string): { text: string; marked: boolean } {
  const row = /^\|(.+)\|$/u.exec(line)?.[1]?.split("|").map((cell) => cell.trim()).filter((cell) =>
    cell !== ""
  );
  let text = row?.at(-1) ?? line, marked = row !== undefined;
  for (const mark of [BOLD_MARK, NAMED_MARK, MARK, BOLD_MARK, NAMED_MARK]) {
    const rest = text.replace(mark, "");
    if (rest === text || rest === "") continue;
    [text, marked] = [rest, true];
  }
  return { text, marked };
}

function readLines(body: string): ReadAnswer {
  const lines = body.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => {
    const { text, marked } = unmarked(line), inner = bare(text);
    const value = /^[{"]/u.test(line) ? entryOf(line) : undefined;
    return { line, text: value ?? inner.text, listed: marked || inner.quoted || value !== undefined, marked };
  });
  const list = lines.filter(({ marked }) => marked).length >= 2;
  const instructions: string[] = [], dropped: DroppedText[] = [];
  for (const { line, text, listed } of lines) {
    const reason = /^[[\]{}(),`]+$/u.test(line) || /^([-*_=|:+ ])+$/u.test(line)
      ? "marks alone"
      : /^#{1,6}\s/u.test(line)
      ? "a heading"
      : /:\**$/u.test(text)
      ? "an introduction"
      : isTalk(text)
      ? "talk to the reader"
      : list && !listed
      ? "outside the list"
      : text === ""
      ? "an empty text"
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

/** The instructions in an answer: of a JSON list wherever it stands, else of its lines, without marks, quotes and emphasis. */
export function readAnswer(answer: string): ReadAnswer {
  const { text: body, dropped: thoughts } = withoutThoughts(answer);
  const dropped: DroppedText[] = [...thoughts];
  const drop = (text: string, reason: string) => {
    if (text.trim() !== "") dropped.push({ text: text.trim(), reason });
  };
  const fenced = [...body.matchAll(/^[ \t]*```[^\n]*\n([^]*?)^[ \t]*```[ \t]*$/gmu)].map(([, inner]) =>
    inner as string
  );
  for (const inner of fenced) {
    const found = parsedList(inner);
    if (!found) continue;
    for (const outside of body.split(inner)) {
      drop(outside.replaceAll(/```\w*/gu, ""), "outside the list");
    }
    return { instructions: found.instructions, dropped: [...dropped, ...found.dropped] };
  }
  const plain = body.replace(/^\s*```[^\n]*$/gmu, "").trim();
  const json = jsonList(plain);
  if (json && json.found.instructions.length > 0) {
    for (const outside of json.around) drop(outside, "outside the list");
    return { instructions: json.found.instructions, dropped: [...dropped, ...json.found.dropped] };
  }
  const lines = readLines(plain);
  return { instructions: lines.instructions, dropped: [...dropped, ...lines.dropped] };
}
