/** What a file of instructions holds, whatever its name says: names are changed, and pasted text has none. */
import { isTable } from "./layer_header.ts";
import { linesOf } from "./layer_text.ts";

/** Kinds of files. */
export type LayerFormat = "text" | "csv" | "jsonl" | "json";

/** How documents of markup begin, and fragments of it begin and end; a text may begin with a placeholder such as <face>. */
const DOCUMENT = /^\s*<(!doctype|!--|\?xml|(html|svg)[\s>])/iu;
const OPENS = /^\s*<[a-z][\w:.-]*(\s[^<>]*)?>/iu;
const CLOSES = /(<\/[a-z][\w:.-]*|<[a-z][^<>]*\/)>$/iu;

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const isObjectOrList = (value: unknown) => typeof value === "object" && value !== null;

/** What markup it is; nothing where the text is none. */
export function markupKind(content: string): string | undefined {
  const fragment = OPENS.test(content) && CLOSES.test(content.trimEnd().slice(-1024));
  if (!DOCUMENT.test(content) && !fragment) return undefined;
  const first = /<(svg|html)[\s>]/iu.exec(content.slice(0, 4096))?.[1]?.toLowerCase();
  if (first === "svg") return "an SVG picture: save its texts as plain text";
  return "a web page or XML: save its texts as plain text";
}

/**
 * How the content is to be read. Lines are JSON where the first is an object or all are texts in its quotes; a table where they agree on a
 * delimiter and the first names a column of instructions. All else is what the name says.
 */
export function contentFormat(content: string, named: LayerFormat): LayerFormat {
  if (named === "json" || named === "jsonl") return named;
  const lines = linesOf(content);
  const first = lines.find((line) => line.trim() !== "")?.trim() ?? "";
  if (/^[[{]$/u.test(first) || (/^\s*[[{]/u.test(content) && isObjectOrList(json(content)))) return "json";
  if (isObjectOrList(json(first))) return "jsonl";
  if (named === "csv") return named;
  const isQuoted = (line: string) => /^\s*".*"\s*$/u.test(line) && typeof json(line) === "string";
  if (first !== "" && lines.every((line) => line.trim() === "" || isQuoted(line))) return "jsonl";
  return isTable(content) ? "csv" : named;
}
