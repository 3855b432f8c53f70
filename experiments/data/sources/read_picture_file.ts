/** A picture's file. */
import { readFile } from "node:fs/promises";
import { systemErrorCode } from "../../../lib/hub/mod.ts";
import { BrokenPicture } from "./source_picture.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "a picture is not there",
  ENOTDIR: "a picture is not there",
  EISDIR: "a folder has this name",
  EACCES: "permission is denied",
  EIO: "the device reports an error",
};

/** Its bytes. @throws BrokenPicture when it cannot be read. */
export async function readPictureFile(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const reason = REASONS[systemErrorCode(error)];
    throw reason === undefined ? error : new BrokenPicture(reason);
  }
}
