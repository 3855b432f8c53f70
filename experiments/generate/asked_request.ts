/** The part of a request that the options of both scales tell. */
import { UserError } from "../../lib/engine/mod.ts";
import { SAMPLER_NAMES } from "../../lib/diffusion/mod.ts";
import { type Fit, FITS } from "../../lib/raster/mod.ts";
import { oneOf } from "../setting/command_line.ts";
import {
  given,
  type GivenOptions,
  givenPicture,
  numbersGiven,
  type OptionValues,
} from "../pictures/given_options.ts";
import type { WeightFiles } from "../pictures/picture_scale.ts";
import { type GenerationSettings, type NumberName, NUMBERS } from "../pictures/settings.ts";

/** What both scales are asked. */
export interface AskedRequest extends Partial<GenerationSettings> {
  readonly image?: Uint8Array;
  readonly control?: Uint8Array;
  readonly fit?: Fit;
  readonly lora?: string;
  readonly controlnet?: string;
  readonly names: { readonly image?: string; readonly control?: string };
}

/**
 * What the options of both scales ask, and how many pictures. Reads the pictures they name.
 *
 * @throws UserError in one sentence for a value that there is not, or a file that cannot be read.
 */
export async function askedRequest(
  values: OptionValues,
): Promise<{ request: AskedRequest; count: number }> {
  const { count = NUMBERS.count.initial, ...numbers } = numbersGiven(
    values,
    Object.keys(NUMBERS) as NumberName[],
  );
  const fit = values.get("fit"), sampler = values.get("sampler");
  const request: AskedRequest = {
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
  { values, flags }: GivenOptions,
  also: readonly string[],
): WeightFiles {
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
