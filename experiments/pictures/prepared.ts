/** A request for pictures, of either scale, that was checked: what it shows, its record, and how its models are opened. */
import type { ChainScales, GenerationItem, MakeProgram, OpenPipeline } from "../../lib/pipeline/mod.ts";
import { encodePng, type Fit, type RgbPicture } from "../../lib/raster/mod.ts";
import type { Device } from "../setting/experiment.ts";
import type { RecordedImage, RecordOf } from "./record.ts";
import type { GenerationSettings } from "./settings.ts";
import { type Frame, type ImageSource, type SourceImage, sourceImage } from "./source_image.ts";

/** Settings of either scale. */
export type PictureSettings = GenerationSettings & ChainScales;

/** A record of either scale. */
export type PictureRecord = RecordOf<string, PictureSettings, string>;

/** What is sampled, and with what, at either scale. Absent settings have the defaults of `NUMBERS`. */
export interface PictureRequest extends Partial<PictureSettings> {
  /** The condition image: a file's bytes or pixels. */
  readonly image?: ImageSource;
  /** How a picture of another size is fitted; without it such a picture is refused. */
  readonly fit?: Fit;
  /** What the ControlNet is shown: a file's bytes or pixels. */
  readonly control?: ImageSource;
  /** What the pictures are called in sentences. */
  readonly names?: { readonly image?: string; readonly control?: string };
}

/** How models are opened. */
export interface OpenOptions {
  readonly device: Device;
  /** Makes programs; compiled if absent. */
  readonly make?: MakeProgram;
}

/** Models opened for one request. */
export interface OpenRequest extends OpenPipeline {
  /** What picture `index` is made from: its noise depends on the seed and its number alone. */
  item(index: number): GenerationItem;
  /** Frees what is not kept for the next request. */
  close(): Promise<void>;
}

/** A request that was checked. */
export interface Prepared<Made extends PictureRecord> {
  /** The condition as the model sees it. */
  readonly image?: RgbPicture;
  /** What the ControlNet is shown. */
  readonly control?: RgbPicture;
  /** What the user should know, in sentences. */
  readonly notes: readonly string[];
  /** Words that the model does not know; absent where it knows parts of any word. */
  readonly unknownWords?: readonly string[];
  /** The record of every picture, but for its index. */
  readonly record: Omit<Made, "index">;
  /** Opens the models. */
  readonly open: (options: OpenOptions) => Promise<OpenRequest>;
}

/**
 * Reads the pictures that a request shows, each brought to its frame.
 *
 * @throws UserError when one is no picture, or has another size and the request does not say how to fit it.
 */
export async function readShown(
  { image, control, names = {}, fit }: PictureRequest,
  frames: { readonly image: Frame; readonly control: Frame },
): Promise<{ image?: SourceImage; control?: SourceImage }> {
  const read = async (source: ImageSource, name: string, frame: Frame) =>
    await sourceImage(source, { name, frame, ...(fit ? { fit } : {}) });
  return {
    ...(image ? { image: await read(image, names.image ?? "the image", frames.image) } : {}),
    ...(control ? { control: await read(control, controlName(names), frames.control) } : {}),
  };
}

/** What a control picture is called in sentences. */
export const controlName = (names: PictureRequest["names"]): string => names?.control ?? "the control image";

/** A shown picture as a record keeps it. */
export function recordedImage({ picture, sha256, fit }: SourceImage): RecordedImage {
  return { sha256, ...(fit ? { fit } : {}), png: encodePng(picture).toBase64() };
}
