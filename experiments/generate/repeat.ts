/** Making a picture again from the record in its file. */
import { UserError } from "../../lib/engine/mod.ts";
import { onWhite, readPicture, type RgbPicture } from "../../lib/raster/mod.ts";
import { type PreparedGeneration, prepareGeneration } from "./prepare.ts";
import { readRecord, recordedPicture, WEIGHT_NAMES } from "./record.ts";
import { recordDifferences, sameNames } from "./record_differences.ts";

/** A record that is ready to be run again. */
export interface PreparedRepeat {
  readonly prepared: PreparedGeneration;
  readonly index: number;
  /** The pixels in the file. */
  readonly picture: RgbPicture;
  /** Weights and versions that are others now, in sentences. */
  readonly differences: readonly string[];
}

/**
 * Prepares what a picture's record says.
 *
 * @param name what the file is called in sentences.
 * @param files where weights are now, in place of where the record says.
 * @throws UserError when there is no sound record, or weights are missing.
 */
export async function prepareRepeat(
  bytes: Uint8Array,
  name: string,
  files: { adapter?: string; lora?: string; controlnet?: string } = {},
): Promise<PreparedRepeat> {
  const record = readRecord(bytes, name);
  const { weights, settings, index } = record;
  for (const part of ["adapter", "lora", "controlnet"] as const) {
    if (files[part] !== undefined && !weights[part]) {
      throw new UserError(`Repeating ${name} failed: it was made without ${part}, leave its option out`);
    }
  }
  const image = record.image && await recordedPicture(record.image, name);
  const control = record.control && await recordedPicture(record.control, name);
  const lora = files.lora ?? weights.lora?.file, controlnet = files.controlnet ?? weights.controlnet?.file;
  const adapter = weights.adapter ? files.adapter ?? weights.adapter.file : null;
  const prepared = await prepareGeneration({
    ...settings,
    ...(image ? { image } : {}),
    ...(control ? { control } : {}),
    ...(adapter === undefined ? {} : { adapter }),
    ...(lora === undefined ? {} : { lora }),
    ...(controlnet === undefined ? {} : { controlnet }),
  });
  const now = prepared.record;
  const differences = recordDifferences(record, now, WEIGHT_NAMES);
  return {
    // The original file's hash and fit are the record's; the picture inside it was fitted already.
    prepared: {
      ...prepared,
      record: {
        ...now,
        ...(record.image ? { image: record.image } : {}),
        ...(record.control ? { control: record.control } : {}),
        weights: sameNames(now.weights, weights, WEIGHT_NAMES),
      },
    },
    index,
    picture: onWhite(await readPicture(bytes)),
    differences,
  };
}

/** Says whether a picture came out as the one in the file. */
export function compareWithRecord(
  made: RgbPicture,
  stored: RgbPicture,
  name: string,
): { identical: boolean; text: string } {
  let differing = 0, largest = 0;
  for (let i = 0; i < made.pixels.length; i++) {
    const difference = Math.abs(made.pixels[i]! - (stored.pixels[i] ?? -1));
    if (difference > 0) differing++;
    largest = Math.max(largest, difference);
  }
  return differing === 0 ? { identical: true, text: `identical to ${name}` } : {
    identical: false,
    text: `differs from ${name} in ${differing} of ${made.pixels.length} values, by ${largest} at most`,
  };
}
