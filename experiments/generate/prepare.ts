/** From a request to everything that sampling needs: all that can be wrong with it is said here, before anything is drawn. */
import { UserError } from "../../lib/engine/mod.ts";
import { noiseSchedule } from "../../lib/diffusion/mod.ts";
import { encodePng, type Fit, type RgbPicture } from "../../lib/raster/mod.ts";
import { edgePicture } from "../../lib/tasks/mod.ts";
import type { Device } from "../setting/experiment.ts";
import { checkpointPath, fileHash } from "../mini/checkpoints.ts";
import type { GeneratorParts } from "../mini/generator.ts";
import { sharedEmbedder } from "../mini/shared_models.ts";
import { type Adapter, readAdapterFile } from "./adapter_file.ts";
import { readControlnet, trainedOn, withLora } from "./base_additions.ts";
import { sharedBase } from "../mini/shared_models.ts";
import { currentVersions, type GenerationRecord, type RecordedImage } from "./record.ts";
import { checkSettings, checkSteps, type GenerationSettings } from "./settings.ts";
import { type ImageSource, type SourceImage, sourceImage } from "./source_image.ts";
import { readBytes, type WeightFile } from "./weight_file.ts";

/** What to draw, and with what. Absent settings have the defaults of `NUMBERS`. */
export interface GenerateRequest extends Partial<GenerationSettings> {
  /** The condition image: a file's bytes or pixels. */
  readonly image?: ImageSource;
  /** How a picture of another size than 64×64 is fitted; without it such a picture is refused. */
  readonly fit?: Fit;
  /** File of the adapter's weights; absent: the committed joint one; null: the base model alone. */
  readonly adapter?: string | URL | null;
  /** A LoRA for the base model: a file, or the drawing family of a committed one. */
  readonly lora?: string | URL;
  /** A ControlNet, shown `control` or the edges of `controlFrom`: a file, or "scribble" or "pose" for a committed one. */
  readonly controlnet?: string | URL;
  /** What the ControlNet is shown: a file's bytes or pixels. */
  readonly control?: ImageSource;
  /** A picture whose edges the ControlNet is shown. */
  readonly controlFrom?: ImageSource;
  /** What the pictures are called in sentences. */
  readonly names?: { readonly image?: string; readonly control?: string };
}

/** A request that was checked, with its weights. */
export interface PreparedGeneration {
  readonly settings: GenerationSettings;
  readonly base: GeneratorParts["base"];
  readonly adapter?: Adapter;
  readonly controlnet?: GeneratorParts["controlnet"];
  readonly image?: RgbPicture;
  readonly control?: RgbPicture;
  /** Word ids of prompt and negative prompt. */
  readonly ids: Int32Array;
  readonly negative: Int32Array;
  /** The instruction's vector [512]. */
  readonly instruction?: Float32Array;
  /** Words of the texts that the base does not know. */
  readonly unknownWords: readonly string[];
  /** What the user should know, in sentences. */
  readonly notes: readonly string[];
  /** The record of every picture, but for its index. */
  readonly record: Omit<GenerationRecord, "index">;
}

async function committed(part: string): Promise<{ sha256: string }> {
  return { sha256: fileHash(await readBytes(checkpointPath(part), "the checkpoint")) };
}

function recorded({ picture, sha256, fit }: SourceImage): RecordedImage {
  return { sha256, ...(fit ? { fit } : {}), png: encodePng(picture).toBase64() };
}

/** The edges of a picture in its place. */
function edgesOf(source: SourceImage, name: string): SourceImage {
  return {
    ...source,
    picture: { ...source.picture, pixels: edgePicture(source.picture.pixels) },
    notes: [...source.notes, `${name}: the ControlNet is shown its edges`],
  };
}

function otherBase(what: string, stored: WeightFile | undefined, now: string): string[] {
  const then = stored && trainedOn(stored);
  return then === undefined || then === now
    ? []
    : [`The ${what} was trained on another base model (${then} then, ${now} now): expect less of it`];
}

function checkTogether(request: GenerateRequest, settings: GenerationSettings, adapter?: Adapter): void {
  const fail = (why: string): never => {
    throw new UserError(`Generating failed: ${why}`);
  };
  if (!adapter) {
    if (request.image) fail("without an adapter there is no use for an image (--image); leave it out");
    if (settings.instruction) fail("without an adapter there is no use for an instruction (--instruct)");
  } else {
    if (!request.image) fail("expected a condition image (--image), got none");
    const plus = adapter.projection.class === "Resampler";
    if (!plus && !settings.instruction) {
      fail('expected an instruction (--instruct), such as "use the style of this image", got none');
    }
    if (plus && settings.instruction) fail("IPAdapter+ takes no instruction; leave --instruct out");
  }
  if (request.control && request.controlFrom) {
    fail("--control and --control-from exclude each other; give one of them");
  }
  if ((request.controlnet === undefined) !== (!request.control && !request.controlFrom)) {
    fail("--controlnet and --control (or --control-from) go together, got only one of them");
  }
}

/**
 * Reads and checks everything that a request names.
 *
 * @throws UserError in one sentence: a setting out of range, a missing or unfitting file, a text over the limit, a picture of another size.
 */
export async function prepareGeneration(
  request: GenerateRequest,
  options: { device?: Device } = {},
): Promise<PreparedGeneration> {
  const settings = checkSettings(request as Readonly<Record<string, unknown>>);
  await checkSteps(noiseSchedule(), settings);
  const plain = await sharedBase();
  const adapter = request.adapter === null
    ? undefined
    : await readAdapterFile(request.adapter, plain.unet.config);
  checkTogether(request, settings, adapter);
  const { names, fit } = request;
  const read = (source: ImageSource | undefined, name: string) =>
    source && sourceImage(source, { name, ...(fit ? { fit } : {}) });
  const image = await read(request.image, names?.image ?? "the image");
  const controlName = names?.control ?? "the control image";
  const control = request.controlFrom
    ? edgesOf(await read(request.controlFrom, controlName) as SourceImage, controlName)
    : await read(request.control, controlName);
  const lora = request.lora === undefined
    ? undefined
    : await withLora(plain, request.lora, { scale: settings.loraScale });
  const base = lora?.base ?? plain;
  const controlnet = request.controlnet === undefined
    ? undefined
    : await readControlnet(base, request.controlnet);
  if (request.controlFrom && controlnet?.stored.metadata.part === "controlnet-pose") {
    throw new UserError(
      "--control-from draws edges, which a pose ControlNet does not read; give it a pose picture by --control",
    );
  }
  const baseFile = await committed("base");
  const { tokenizer } = base;
  const [ids, negative] = [tokenizer.encode([settings.prompt]), tokenizer.encode([settings.negative])];
  const unknownWords = tokenizer.unknownWords(`${settings.prompt} ${settings.negative}`);
  const { instruction } = settings;
  return {
    settings,
    base,
    ...(adapter ? { adapter } : {}),
    ...(controlnet ? { controlnet: controlnet.controlnet } : {}),
    ...(image ? { image: image.picture } : {}),
    ...(control ? { control: control.picture } : {}),
    ids,
    negative,
    ...(instruction
      ? { instruction: (await (await sharedEmbedder(options.device ?? "cpu")).embed([instruction])).slice() }
      : {}),
    unknownWords,
    notes: [
      ...(image?.notes ?? []),
      ...(control?.notes ?? []),
      ...otherBase("LoRA", lora?.stored, baseFile.sha256),
      ...otherBase("ControlNet", controlnet?.stored, baseFile.sha256),
      ...(unknownWords.length > 0
        ? [
          `The mini base model does not know these words and reads them all alike: ${
            unknownWords.join(", ")
          }`,
        ]
        : []),
    ],
    record: {
      schema: 1,
      scale: "mini",
      settings,
      ...(image ? { image: recorded(image) } : {}),
      ...(control ? { control: recorded(control) } : {}),
      weights: {
        vae: await committed("vae"),
        encoder: await committed("encoder"),
        base: baseFile,
        ...(adapter
          ? { adapter: { ...(adapter.file ? { file: adapter.file } : {}), sha256: adapter.sha256 } }
          : {}),
        ...(lora ? { lora: { file: lora.stored.file, sha256: lora.stored.sha256 } } : {}),
        ...(controlnet
          ? { controlnet: { file: controlnet.stored.file, sha256: controlnet.stored.sha256 } }
          : {}),
      },
      versions: currentVersions(),
    },
  };
}
