/** Pictures that the lines of a JSON Lines file name, with their captions. */
import { dirname, resolve } from "node:path";
import { textLines } from "../../../lib/hub/mod.ts";
import { fileNamer } from "../file_namer.ts";
import { readPictureFile } from "./read_picture_file.ts";
import {
  CAPTION_FIELDS,
  parsedObject,
  PATH_FIELDS,
  type ReportBroken,
  type SourcePicture,
  textField,
} from "./source_picture.ts";

/** The pictures in the order of the lines; paths are relative to the file. */
export async function* linePictures(file: string, report: ReportBroken): AsyncGenerator<SourcePicture> {
  const folder = dirname(file), fileOf = fileNamer(folder);
  for await (const { number, text } of textLines(file)) {
    if (text?.trim() === "") continue;
    const given = parsedObject(text);
    const name = given && textField(given, PATH_FIELDS);
    if (given === undefined) report(`line ${number}`, "a line is no JSON object");
    else if (name === undefined) report(`line ${number}`, "a line names no picture");
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
