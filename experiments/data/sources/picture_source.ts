/** Pictures that a person has, in any of the forms that people keep them in: one interface, read one after the other. */
import { readdirSync, statSync } from "node:fs";
import { extname } from "node:path";
import { UserError } from "../../../lib/engine/mod.ts";
import { folderPictures } from "./folder_pictures.ts";
import { linePictures } from "./line_pictures.ts";
import { shardPictures } from "./shard_pictures.ts";
import type { ReportBroken, SourcePicture } from "./source_picture.ts";

/** Forms of sources, with what each is. */
export const SOURCE_FORMS = {
  folder:
    "a folder of PNG, JPEG and WebP pictures, captions in NAME.txt beside NAME.png or in metadata.jsonl (file_name, text)",
  lines:
    "a .jsonl file: a picture's path in image, image_file, img_path, file_name or path, its caption in caption, text or prompt",
  shards: "a WebDataset .tar, or a folder of them: KEY.jpg with KEY.txt, or a caption in KEY.json",
} as const;

/** A source that was found. */
export interface PictureSource {
  /** As it was asked for. */
  readonly path: string;
  /** Its form. */
  readonly form: keyof typeof SOURCE_FORMS;
  /** Its pictures, in an order that depends on the names alone. */
  pictures(report: ReportBroken): AsyncIterable<SourcePicture>;
}

/**
 * Opens a source by what it is.
 *
 * @param option what asked for it, such as "--pictures".
 * @throws UserError when there is no such thing, or it has another form.
 */
export function openSource(path: string, option: string): PictureSource {
  const facts = statSync(path, { throwIfNoEntry: false });
  const fail = (got: string): never => {
    throw new UserError(`${option} expects a folder, a .jsonl file or .tar shards, got ${got}`);
  };
  if (!facts) return fail(`${path}, which is not there`);
  if (facts.isDirectory()) {
    const shards = readdirSync(path).filter((name) => extname(name).toLowerCase() === ".tar").sort();
    return shards.length > 0
      ? {
        path,
        form: "shards",
        pictures: (report) => shardPictures(shards.map((name) => `${path}/${name}`), report),
      }
      : { path, form: "folder", pictures: (report) => folderPictures(path, report) };
  }
  if (/\.(tgz|tar\.\w+)$/i.test(path)) return fail(`${path}: unpack it to a .tar first`);
  switch (extname(path).toLowerCase()) {
    case ".jsonl":
      return { path, form: "lines", pictures: (report) => linePictures(path, report) };
    case ".tar":
      return { path, form: "shards", pictures: (report) => shardPictures([path], report) };
    default:
      return fail(path);
  }
}
