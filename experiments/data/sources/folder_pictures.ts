/** A folder of pictures, folders inside included; captions beside them, or in the metadata.jsonl of Hugging Face's image folders. */
import { type Dirent, existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readText, textLines } from "../../../lib/hub/mod.ts";
import { readPictureFile } from "./read_picture_file.ts";
import {
  CAPTION_FIELDS,
  parsedObject,
  PATH_FIELDS,
  PICTURE_NAME,
  type ReportBroken,
  type SourcePicture,
  textField,
} from "./source_picture.ts";

const METADATA = "metadata.jsonl";

async function metadataOf(folder: string, report: ReportBroken): Promise<ReadonlyMap<string, string>> {
  const captions = new Map<string, string>();
  const path = join(folder, METADATA);
  if (!existsSync(path)) return captions;
  for await (const { number, text } of textLines(path)) {
    if (text?.trim() === "") continue;
    const given = parsedObject(text);
    const name = given && textField(given, PATH_FIELDS), caption = given && textField(given, CAPTION_FIELDS);
    if (name === undefined) report(`${METADATA}:${number}`, "a line names no picture");
    else if (caption !== undefined) captions.set(name, caption);
  }
  return captions;
}

/** The pictures below a folder, in the order of their names. */
export async function* folderPictures(folder: string, report: ReportBroken): AsyncGenerator<SourcePicture> {
  const captions = await metadataOf(folder, report);
  const byName = (a: Dirent, b: Dirent) => a.name < b.name ? -1 : 1;
  async function* below(inside: string): AsyncGenerator<SourcePicture> {
    const entries = (await readdir(join(folder, inside), { withFileTypes: true })).sort(byName);
    const texts = new Set(entries.map(({ name }) => name).filter((name) => name.endsWith(".txt")));
    for (const entry of entries) {
      const name = inside === "" ? entry.name : `${inside}/${entry.name}`;
      const path = join(folder, name);
      if (entry.isDirectory()) yield* below(name);
      else if (PICTURE_NAME.test(name)) {
        const beside = entry.name.replace(PICTURE_NAME, ".txt");
        const caption = captions.get(name) ??
          (texts.has(beside) ? readText(path.replace(PICTURE_NAME, ".txt")).trim() : "");
        yield { name, ...(caption === "" ? {} : { caption }), read: () => readPictureFile(path) };
      }
    }
  }
  yield* below("");
}
