/** Pictures that the lines of a JSON Lines file name, with their captions. */
import { dirname, resolve } from "node:path";
import { fileNamer } from "../file_namer.ts";
import { readPictureFile } from "./read_picture_file.ts";
import { objectLines } from "./source_lines.ts";
import {
  CAPTION_FIELDS,
  PATH_FIELDS,
  type ReportBroken,
  type SourcePicture,
  textField,
} from "./source_picture.ts";

/** The pictures in the order of the lines; paths are relative to the file. */
export async function* linePictures(file: string, report: ReportBroken): AsyncGenerator<SourcePicture> {
  const folder = dirname(file), fileOf = fileNamer(folder);
  for await (const { place, given } of objectLines(file, report)) {
    const name = textField(given, PATH_FIELDS);
    if (name === undefined) report(place, "a line names no picture");
    else {
      const caption = textField(given, CAPTION_FIELDS);
      yield {
        name,
        file: () => fileOf(name),
        ...(caption === undefined ? {} : { caption }),
        read: () => readPictureFile(resolve(folder, name)),
      };
    }
  }
}
