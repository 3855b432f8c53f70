/** Making a picture of the paper's scale again from the record in its file. */
import { existsSync } from "node:fs";
import { UserError } from "../../lib/engine/mod.ts";
import { onWhite, readPicture, type RgbPicture } from "../../lib/raster/mod.ts";
import { readRecordOf, recordedPicture } from "../generate/record.ts";
import { recordDifferences, sameNames } from "../generate/record_differences.ts";
import { type PaperRequest, type PreparedPaper, preparePaper } from "./generate.ts";
import { PAPER_RECORDS, PAPER_WEIGHT_NAMES } from "./paper_record.ts";

/** A record that is ready to be run again. */
export interface PaperRepeat {
  readonly prepared: PreparedPaper;
  readonly index: number;
  /** The pixels in the file. */
  readonly picture: RgbPicture;
  /** Weights and versions that are others now, in sentences. */
  readonly differences: readonly string[];
}

/**
 * Prepares what a picture's record says. U-Net, autoencoder and encoders are found as for any picture; adapter, LoRA and ControlNet where the
 * record says, unless `files` does.
 *
 * @param name what the file is called in sentences.
 * @throws UserError when there is no sound record, or weights are missing.
 */
export async function preparePaperRepeat(
  bytes: Uint8Array,
  name: string,
  files: Pick<PaperRequest, "models" | "adapter" | "lora" | "controlnet"> = {},
): Promise<PaperRepeat> {
  const record = readRecordOf(bytes, name, PAPER_RECORDS);
  const { weights, settings, index, image, control } = record;
  for (const part of ["lora", "controlnet"] as const) {
    if (files[part] !== undefined && !weights[part]) {
      throw new UserError(`Repeating ${name} failed: it was made without ${part}, leave its option out`);
    }
  }
  const then = weights.adapter?.file;
  const adapter = files.adapter ?? (then !== undefined && existsSync(then) ? then : undefined);
  const lora = files.lora ?? weights.lora?.file, controlnet = files.controlnet ?? weights.controlnet?.file;
  const prepared = await preparePaper({
    ...settings,
    ...(files.models === undefined ? {} : { models: files.models }),
    ...(image ? { image: await recordedPicture(image, name) } : {}),
    ...(control ? { control: await recordedPicture(control, name) } : {}),
    ...(adapter === undefined ? {} : { adapter }),
    ...(lora === undefined ? {} : { lora }),
    ...(controlnet === undefined ? {} : { controlnet }),
  });
  const now = prepared.record;
  return {
    prepared: {
      ...prepared,
      // The original file's hash and fit are the record's; the picture inside it was fitted already.
      record: {
        ...now,
        ...(image ? { image } : {}),
        ...(control ? { control } : {}),
        weights: sameNames(now.weights, weights, PAPER_WEIGHT_NAMES),
      },
    },
    index,
    picture: onWhite(await readPicture(bytes)),
    differences: recordDifferences(record, now, PAPER_WEIGHT_NAMES),
  };
}
