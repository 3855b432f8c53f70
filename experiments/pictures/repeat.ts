/** Making a picture again from the record in its file, at either scale. */
import { UserError } from "../../lib/engine/mod.ts";
import { onWhite, readPicture, type RgbPicture } from "../../lib/raster/mod.ts";
import type { PictureScale, WeightFiles } from "./picture_scale.ts";
import type { PictureRecord, PictureRequest, Prepared } from "./prepared.ts";
import { readRecordOf, recordedPicture } from "./record.ts";
import { recordDifferences, sameNames } from "./record_differences.ts";

/** A record that is ready to be run again. */
export interface PreparedRepeat<Made extends PictureRecord> {
  readonly prepared: Prepared<Made>;
  readonly index: number;
  /** The pixels in the file. */
  readonly picture: RgbPicture;
  /** Weights and versions that are others now, in sentences. */
  readonly differences: readonly string[];
}

/**
 * Prepares what a picture's record says.
 *
 * @param options.name what the file is called in sentences.
 * @param options.files where weights are now, in place of where the record says.
 * @param options.asked what the scale's own options say, such as a folder of models.
 * @throws UserError when there is no sound record, or weights are missing.
 */
export async function prepareRepeat<Request extends PictureRequest, Made extends PictureRecord>(
  scale: PictureScale<Request, Made>,
  bytes: Uint8Array,
  options: { name: string; files?: WeightFiles; asked?: Partial<Request> },
): Promise<PreparedRepeat<Made>> {
  const { name, files = {}, asked } = options;
  const record = readRecordOf(bytes, name, scale.records) as unknown as Made;
  const { weights, settings, index } = record as PictureRecord;
  for (const part of ["adapter", "lora", "controlnet"] as const) {
    if (files[part] !== undefined && !weights[part]) {
      throw new UserError(`Repeating ${name} failed: it was made without ${part}, leave its option out`);
    }
  }
  const image = record.image && await recordedPicture(record.image, name);
  const control = record.control && await recordedPicture(record.control, name);
  const lora = files.lora ?? weights.lora?.file, controlnet = files.controlnet ?? weights.controlnet?.file;
  const request = {
    ...settings,
    ...asked,
    ...(image ? { image } : {}),
    ...(control ? { control } : {}),
    ...scale.adapterAgain(record, files.adapter),
    ...(lora === undefined ? {} : { lora }),
    ...(controlnet === undefined ? {} : { controlnet }),
  } as unknown as Request;
  const prepared = await scale.prepare(request);
  const now = prepared.record, { names } = scale.records;
  return {
    prepared: {
      ...prepared,
      // The original file's hash and fit are the record's; the picture inside it was fitted already.
      record: {
        ...now,
        ...(record.image ? { image: record.image } : {}),
        ...(record.control ? { control: record.control } : {}),
        weights: sameNames(now.weights, weights, names),
      },
    },
    index,
    picture: onWhite(await readPicture(bytes)),
    differences: recordDifferences(record, now, names),
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
