/** The lines of a source's text files. One that is no text, or no JSON object where objects are expected, is listed and never dropped unsaid. */
import { basename } from "node:path";
import { textLines } from "../../../lib/hub/mod.ts";
import { parsedObject, type ReportBroken } from "./source_picture.ts";

/** A line that can be read. */
export interface SourceLine {
  /** Its file's name and its number, from 1. */
  readonly place: string;
  readonly text: string;
}

/** A line that is a JSON object. */
export interface ObjectLine {
  readonly place: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/** The lines that are not empty, without blanks around them. */
export async function* sourceLines(path: string, report: ReportBroken): AsyncGenerator<SourceLine> {
  for await (const { number, text } of textLines(path)) {
    const place = `${basename(path)}:${number}`;
    if (text === undefined) report(place, "a line is no UTF-8 text, or far too long");
    else if (text.trim() !== "") yield { place, text: text.trim() };
  }
}

/** The objects of a JSON Lines file. */
export async function* objectLines(path: string, report: ReportBroken): AsyncGenerator<ObjectLine> {
  for await (const { place, text } of sourceLines(path, report)) {
    const given = parsedObject(text);
    if (given === undefined) report(place, "a line is no JSON object");
    else yield { place, given };
  }
}
