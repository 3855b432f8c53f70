/** One picture of a source. */
import { isJsonObject } from "../../../lib/engine/mod.ts";

/** A picture that is not read before it is needed. */
export interface SourcePicture {
  /** Names it within its source, whatever the source's own place. */
  readonly name: string;
  /** Names the file it is read from: one for all spellings of its path and all links to it. */
  file(): string;
  /** What it shows, where the source says so. */
  readonly caption?: string;
  /** The file's bytes. @throws BrokenPicture when they are not there. */
  read(): Promise<Uint8Array>;
}

/** Takes what cannot be used and where it is; the rest of the source goes on. */
export type ReportBroken = (place: string, why: string) => void;

/** What is wrong with one picture: it is listed, and others take its place. */
export class BrokenPicture extends Error {}

/** Names that pictures have. */
export const PICTURE_NAME = /\.(png|jpe?g|webp)$/i;

/** The first of some fields that holds a text. */
export function textField(
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string | undefined {
  for (const name of names) {
    const value = given[name];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
  }
  return undefined;
}

/** Fields that hold captions, by what data sets call them. */
export const CAPTION_FIELDS = ["caption", "text", "prompt"] as const;
/** Fields that hold paths of pictures. */
export const PATH_FIELDS = ["image", "image_file", "img_path", "file_name", "path"] as const;

/** A line as an object. @returns undefined when it is none. */
export function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
