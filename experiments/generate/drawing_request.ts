/** The part of a request that the options of both scales tell. */
import { access, constants } from "node:fs/promises";
import { UserError } from "../../lib/engine/mod.ts";
import { makeFolder, writeFailure } from "../../lib/hub/mod.ts";
import { SAMPLER_NAMES } from "../../lib/diffusion/mod.ts";
import { type Fit, FITS } from "../../lib/raster/mod.ts";
import { oneOf } from "../command_line.ts";
import {
  type ChainNumberName,
  type GenerationSettings,
  type NumberName,
  NUMBERS,
  numberSetting,
  optionName,
} from "./settings.ts";
import { readBytes } from "./weight_file.ts";

/** Options by name, as read. */
export type OptionValues = ReadonlyMap<string, string>;

/** What both scales are asked. */
export interface DrawingRequest extends Partial<GenerationSettings> {
  readonly image?: Uint8Array;
  readonly control?: Uint8Array;
  readonly fit?: Fit;
  readonly lora?: string;
  readonly controlnet?: string;
  readonly names: { readonly image?: string; readonly control?: string };
}

/** `{ as: value }` of an option that was given, else nothing. */
export function given<As extends string>(
  values: OptionValues,
  option: string,
  as: As,
): Partial<Record<As, string>> {
  const value = values.get(option);
  return value === undefined ? {} : { [as]: value } as Record<As, string>;
}

/** `{ as: bytes }` of a picture that an option names, else nothing. @throws UserError when there is no such file. */
export async function givenPicture<As extends string>(
  values: OptionValues,
  option: string,
  as: As,
): Promise<Partial<Record<As, Uint8Array>>> {
  const path = values.get(option);
  return path === undefined ? {} : { [as]: await readBytes(path, "the picture") } as Record<As, Uint8Array>;
}

/** The numbers that were given among these. @throws UserError for one out of range. */
export function numbersGiven<Name extends NumberName | ChainNumberName>(
  values: OptionValues,
  names: readonly Name[],
): Partial<Record<Name, number>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = values.get(optionName(name).slice(2));
      if (text === undefined) return [];
      return [[name, numberSetting(name, /^-?\d*\.?\d+$/.test(text) ? Number(text) : text)]];
    }),
  ) as Partial<Record<Name, number>>;
}

/**
 * What the options of both scales ask, and how many pictures. Reads the pictures they name.
 *
 * @throws UserError in one sentence for a value that there is not, or a file that cannot be read.
 */
export async function drawingRequest(
  values: OptionValues,
): Promise<{ request: DrawingRequest; count: number }> {
  const { count = NUMBERS.count.initial, ...numbers } = numbersGiven(
    values,
    Object.keys(NUMBERS) as NumberName[],
  );
  const fit = values.get("fit"), sampler = values.get("sampler");
  const request: DrawingRequest = {
    ...numbers,
    ...given(values, "instruct", "instruction"),
    ...given(values, "prompt", "prompt"),
    ...given(values, "negative", "negative"),
    ...(sampler === undefined ? {} : { sampler: oneOf("--sampler", sampler, SAMPLER_NAMES) }),
    ...(fit === undefined ? {} : { fit: oneOf("--fit", fit, FITS) }),
    ...given(values, "lora", "lora"),
    ...given(values, "controlnet", "controlnet"),
    ...await givenPicture(values, "image", "image"),
    ...await givenPicture(values, "control", "control"),
    names: { ...given(values, "image", "image"), ...given(values, "control", "control") },
  };
  return { request, count };
}

/** Files in place of those that a record names. @throws UserError for an option that does not go with --repeat. */
export function repeatFiles(
  { values, flags }: { values: OptionValues; flags: ReadonlySet<string> },
  also: readonly string[] = [],
): { readonly adapter?: string; readonly lora?: string; readonly controlnet?: string } {
  const known = ["repeat", "out", "json", "checkpoint", "lora", "controlnet", ...also];
  const other = [...values.keys(), ...flags].find((name) => !known.includes(name));
  if (other) throw new UserError(`--repeat takes everything from the picture; leave --${other} out`);
  return {
    ...given(values, "checkpoint", "adapter"),
    ...given(values, "lora", "lora"),
    ...given(values, "controlnet", "controlnet"),
  };
}

/** The folder for the pictures. @throws UserError when none was given, or arguments stand alone. */
export function outFolder(
  { values, positionals }: { values: OptionValues; positionals: readonly string[] },
): string {
  if (positionals.length > 0) {
    throw new UserError(
      `Reading the command line failed: expected options only, got "${
        positionals[0]
      }"; texts of several words need quotation marks`,
    );
  }
  const out = values.get("out");
  if (out === undefined) throw new UserError("--out expects a folder for the pictures, got none");
  return out;
}

/** Makes the folder and finds out whether it can be written, before anything is drawn. @throws UserError when it cannot. */
export async function checkFolder(path: string): Promise<void> {
  await makeFolder(path);
  try {
    await access(path, constants.W_OK);
  } catch (error) {
    throw writeFailure(error, path);
  }
}
