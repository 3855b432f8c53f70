/** Pictures of the mini scale: what the command line and notebooks take of it. */
import { UserError } from "../../lib/engine/mod.ts";
import { type CollectOptions, collectPictures, type Generated } from "../pictures/generate_pictures.ts";
import { given, givenFile, givenPicture } from "../pictures/given_options.ts";
import type { PictureScale } from "../pictures/picture_scale.ts";
import { readRecordOf } from "../pictures/record.ts";
import { GENERATE_HELP } from "./generate_help.ts";
import {
  type GenerateRequest,
  type GenerationRecord,
  MINI_RECORDS,
  prepareGeneration,
} from "./prepare_pictures.ts";

/** The mini scale. */
export const MINI_PICTURES: PictureScale<GenerateRequest, GenerationRecord> = {
  records: MINI_RECORDS,
  help: `${GENERATE_HELP}\n`,
  options: { "no-adapter": "flag", "control-from": "value" },
  repeatOptions: [],
  async asked({ values, flags }) {
    if (flags.has("no-adapter") && values.has("checkpoint")) {
      throw new UserError("--no-adapter and --checkpoint exclude each other; give one of them");
    }
    return {
      ...(flags.has("no-adapter") ? { adapter: null } : await givenFile(values, "checkpoint", "adapter")),
      ...await givenPicture(values, "control-from", "controlFrom"),
      names: {
        ...given(values, "image", "image"),
        ...given(values, "control", "control"),
        ...given(values, "control-from", "control"),
      },
    };
  },
  adapterAgain({ weights }, asked) {
    if (!weights.adapter) return { adapter: null };
    const adapter = asked ?? weights.adapter.file;
    return adapter === undefined ? {} : { adapter };
  },
  prepare: prepareGeneration,
  zoom: 2,
};

/**
 * Pictures from a condition image, an instruction and a prompt.
 *
 * @param request.count how many, default 4; more begin with the same pictures.
 * @param options.progress called after each call of the denoiser.
 * @throws UserError in one sentence when the request cannot be met.
 */
export function generate(
  request: GenerateRequest & { readonly count?: number },
  options: CollectOptions = {},
): Promise<Generated<GenerationRecord>> {
  const { count, ...rest } = request;
  return collectPictures(MINI_PICTURES, rest, { ...options, count });
}

/**
 * The record of a mini picture inside a PNG.
 *
 * @param name what the file is called in sentences.
 * @throws UserError when the file is no PNG, holds no record, or one that this version cannot read.
 */
export function readRecord(bytes: Uint8Array, name: string): GenerationRecord {
  return readRecordOf(bytes, name, MINI_RECORDS);
}
