/** What a generated PNG says of itself: a JSON text under the keyword "ipadapter-instruct" that holds all it takes to make it again. */
import { readFileSync } from "node:fs";
import { UserError } from "../../lib/engine/errors.ts";
import { isJsonObject } from "../../lib/engine/json_object.ts";
import { encodePng, type Fit, onWhite, pngText, readPicture, type RgbPicture } from "../../lib/raster/mod.ts";
import { pinnedVersion } from "./pinned_version.ts";

/** Keyword of the PNG's text chunk. */
const KEYWORD = "ipadapter-instruct";

const SCHEMA = 1;

/** A picture that was shown to the model, with its pixels, so that the original file is not needed again. */
export interface RecordedImage {
  /** SHA-256 of the original bytes, 16 hexadecimal digits. */
  readonly sha256: string;
  readonly fit?: Fit;
  /** The fitted picture, a PNG in base64. */
  readonly png: string;
}

/** A file of weights. */
export interface RecordedFile {
  /** As it was named; absent for a committed one. */
  readonly file?: string;
  /** SHA-256, 16 hexadecimal digits. */
  readonly sha256: string;
}

/** Everything that determines one picture, at either scale. */
export interface RecordOf<Scale extends string, Settings, Name extends string> {
  readonly schema: typeof SCHEMA;
  readonly scale: Scale;
  readonly settings: Settings;
  /** Number of the picture, from 0. */
  readonly index: number;
  readonly image?: RecordedImage;
  readonly control?: RecordedImage;
  readonly weights: Readonly<Partial<Record<Name, RecordedFile>>>;
  /** Of this project, the runtime and the engine. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What the records of a scale hold. */
export interface RecordKind<Scale extends string, Settings, Name extends string> {
  readonly scale: Scale;
  /** Names of its weights. */
  readonly names: readonly Name[];
  /** Settings with their defaults. @throws UserError when one is out of range. */
  readonly settings: (given: Readonly<Record<string, unknown>>) => Settings;
}

/** Versions that bear on the bits of a picture. */
export function currentVersions(): Record<string, string> {
  const config = JSON.parse(readFileSync(new URL("../../deno.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return {
    project: config.version,
    "onnxruntime-node": pinnedVersion("onnxruntime-node"),
    deno: Deno.version.deno,
  };
}

/** A picture and its record as a PNG file. The same picture and record give the same bytes. */
export function encodeRecorded(picture: RgbPicture, record: RecordOf<string, unknown, string>): Uint8Array {
  // tEXt is Latin-1: other letters are written as JSON's escapes.
  const text = JSON.stringify(record).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return encodePng(picture, { text: { [KEYWORD]: text } });
}

const isHash = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{16}$/.test(value);

/**
 * The record inside a PNG.
 *
 * @param name what the file is called in sentences.
 * @throws UserError when the file is no PNG, holds no record, or one that this version cannot read.
 */
export function readRecordOf<Scale extends string, Settings, Name extends string>(
  bytes: Uint8Array,
  name: string,
  kind: RecordKind<Scale, Settings, Name>,
): RecordOf<Scale, Settings, Name> {
  const fail = (why: string): never => {
    throw new UserError(`Reading the record in ${name} failed: ${why}`);
  };
  let stored: string | undefined;
  try {
    stored = pngText(bytes)[KEYWORD];
  } catch (error) {
    fail((error as Error).message);
  }
  if (stored === undefined) {
    return fail("expected a picture made by `deno task generate`, got a PNG without a record");
  }
  let record: unknown;
  try {
    record = JSON.parse(stored);
  } catch {
    fail("it is damaged");
  }
  if (!isJsonObject(record) || record.schema !== SCHEMA || record.scale !== kind.scale) {
    return fail(`expected schema ${SCHEMA} of the ${kind.scale} scale, got another`);
  }
  const { index, weights, versions, settings, image, control } = record;
  const files = isJsonObject(weights) ? Object.entries(weights) : [];
  const sound = Number.isInteger(index) && (index as number) >= 0 && (index as number) < 64 &&
    isJsonObject(settings) && isJsonObject(versions) && files.length >= 3 &&
    files.every(([key, file]) =>
      (kind.names as readonly string[]).includes(key) && isJsonObject(file) && isHash(file.sha256) &&
      ["undefined", "string"].includes(typeof file.file)
    ) &&
    [image, control].every((each) =>
      each === undefined ||
      isJsonObject(each) && isHash(each.sha256) && typeof each.png === "string" &&
        [undefined, "crop", "pad"].includes(each.fit as string | undefined)
    );
  if (!sound) fail("it is incomplete or damaged");
  return {
    ...record as unknown as RecordOf<Scale, Settings, Name>,
    settings: kind.settings(settings as Record<string, unknown>),
  };
}

/** The pixels of a recorded picture. @throws UserError when they are damaged. */
export async function recordedPicture({ png }: RecordedImage, name: string): Promise<RgbPicture> {
  try {
    return onWhite(await readPicture(Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))));
  } catch {
    throw new UserError(`Reading the record in ${name} failed: the picture inside it is damaged`);
  }
}
