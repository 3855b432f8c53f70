/** A folder of pictures, folders inside included; captions beside them, or in the metadata.jsonl of Hugging Face's image folders. */
import { type Dirent, existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, normalize } from "node:path";
import { UserError } from "../../../lib/engine/mod.ts";
import { readText } from "../../../lib/hub/mod.ts";
import { fileNamer } from "../file_namer.ts";
import { readPictureFile } from "./read_picture_file.ts";
import { objectLines } from "./source_lines.ts";
import {
  CAPTION_FIELDS,
  PATH_FIELDS,
  PICTURE_NAME,
  type ReportBroken,
  type SourcePicture,
  textField,
} from "./source_picture.ts";

const METADATA = "metadata.jsonl";

/**
 * The captions of the metadata by the pictures' names below the folder. A name that is spelled otherwise there counts where it leads to the
 * same file.
 */
async function metadataOf(
  folder: string,
  { report, fileOf }: { readonly report: ReportBroken; readonly fileOf: (name: string) => string },
): Promise<(name: string) => string | undefined> {
  const captions = new Map<string, string>();
  const path = join(folder, METADATA);
  if (!existsSync(path)) return () => undefined;
  for await (const { place, given } of objectLines(path, report)) {
    const name = textField(given, PATH_FIELDS), caption = textField(given, CAPTION_FIELDS);
    if (name === undefined) report(place, "a line names no picture");
    else if (caption !== undefined) captions.set(normalize(name), caption);
  }
  let byFile: ReadonlyMap<string, string> | undefined;
  return (name) => {
    const own = captions.get(normalize(name));
    if (own !== undefined) return own;
    byFile ??= new Map([...captions].map(([given, caption]) => [fileOf(given), caption]));
    return byFile.get(fileOf(name));
  };
}

/** The pictures below a folder, in the order of their names; one whose caption is no UTF-8 text is listed and passed over. */
export async function* folderPictures(folder: string, report: ReportBroken): AsyncGenerator<SourcePicture> {
  const fileOf = fileNamer(folder);
  const captionOf = await metadataOf(folder, { report, fileOf });
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
        let caption = captionOf(name);
        try {
          caption ??= texts.has(beside) ? readText(path.replace(PICTURE_NAME, ".txt")).trim() : "";
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          report(name, error.message);
          continue;
        }
        yield {
          name,
          file: () => fileOf(name),
          ...(caption === "" ? {} : { caption }),
          read: () => readPictureFile(path),
        };
      }
    }
  }
  yield* below("");
}
