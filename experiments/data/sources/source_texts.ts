/** Prompts without their pictures: the captions of a source, or the lines of a text file. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { extname } from "node:path";
import { openSource } from "./picture_source.ts";
import { objectLines, sourceLines } from "./source_lines.ts";
import { CAPTION_FIELDS, type ReportBroken, textField } from "./source_picture.ts";

/** A source of texts. */
export interface TextSource {
  readonly path: string;
  texts(report: ReportBroken): AsyncIterable<string>;
  /** What was listed, when all texts were taken. */
  listing(): { readonly texts: number; readonly sha256: string };
}

async function* linesOf(path: string, report: ReportBroken): AsyncGenerator<string> {
  for await (const { text } of sourceLines(path, report)) yield text;
}

/** Captions of JSON Lines, which need not name pictures. */
async function* captionsOfLines(path: string, report: ReportBroken): AsyncGenerator<string> {
  for await (const { place, given } of objectLines(path, report)) {
    const caption = textField(given, CAPTION_FIELDS);
    if (caption === undefined) report(place, "a line has no caption");
    else yield caption;
  }
}

async function* captionsOf(path: string, option: string, report: ReportBroken): AsyncGenerator<string> {
  for await (const { caption } of openSource(path, option).pictures(report)) {
    if (caption !== undefined) yield caption;
  }
}

/** Opens a source of texts. @throws UserError when there is no such thing, or it has another form. */
export function openTexts(path: string, option: string): TextSource {
  const ending = statSync(path, { throwIfNoEntry: false })?.isFile() ? extname(path).toLowerCase() : "";
  if (ending !== ".txt" && ending !== ".jsonl") openSource(path, option);
  const hash = createHash("sha256");
  let count = 0;
  return {
    path,
    async *texts(report) {
      const all = ending === ".txt"
        ? linesOf(path, report)
        : ending === ".jsonl"
        ? captionsOfLines(path, report)
        : captionsOf(path, option, report);
      for await (const text of all) {
        hash.update(JSON.stringify(text) + "\n");
        count++;
        yield text;
      }
    },
    listing: () => ({ texts: count, sha256: hash.copy().digest("hex").slice(0, 16) }),
  };
}
