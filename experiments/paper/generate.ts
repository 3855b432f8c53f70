/** Pictures with published weights, from a request: the function behind `deno task generate --scale paper`, and what notebooks call. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { centreCrop, resizeShortestSide } from "../../lib/clip/mod.ts";
import { adapterConfigBeside, loraHalves, type LoraPart, readLoraFile } from "../../lib/diffusion/mod.ts";
import { type HostParams, UserError } from "../../lib/engine/mod.ts";
import { hubSettings, openWeightFile } from "../../lib/hub/mod.ts";
import { encodePng, type Fit, type RgbPicture } from "../../lib/raster/mod.ts";
import { currentVersions, encodeRecorded, type RecordedImage } from "../generate/record.ts";
import { checkSteps, numberSetting } from "../generate/settings.ts";
import { type ImageSource, sourceImage } from "../generate/source_image.ts";
import type { Places } from "../models/inspect.ts";
import { checkInstruction } from "./condition.ts";
import { checkSize, drawPaper, type PaperSettings } from "./draw.ts";
import { checkChain } from "./guidance_passes.ts";
import type { PaperModel } from "./paper_model.ts";
import { loadPaperModels, type PaperModels } from "./paper_models.ts";
import { checkPaperSettings, type PaperRecord, recordedWeights } from "./paper_record.ts";
import type { MakeProgram } from "./run_once.ts";

/** What to draw, and with what. Absent settings have the defaults of `NUMBERS`; the size is 512×512. */
export interface PaperRequest extends Partial<PaperSettings> {
  /** A local folder in diffusers' layout, looked through before the hub's cache. */
  readonly models?: string;
  /** The condition image: a file's bytes or pixels. */
  readonly image?: ImageSource;
  /** How a picture of other sides is fitted: the condition to a square, the control to the size; without it such a picture is refused. */
  readonly fit?: Fit;
  /** File of an adapter; absent: the released IPAdapter-Instruct, without an instruction IPAdapter+. */
  readonly adapter?: string;
  /** A LoRA in kohya's or peft's names. */
  readonly lora?: string;
  /** "scribble", "pose", or a file. */
  readonly controlnet?: string;
  /** What the ControlNet is shown: a file's bytes or pixels. */
  readonly control?: ImageSource;
  /** What the pictures are called in sentences. */
  readonly names?: { readonly image?: string; readonly control?: string };
}

/** A request that was checked, with its weights. */
export interface PreparedPaper {
  readonly models: PaperModels;
  readonly settings: PaperSettings;
  /** The condition as the encoder sees it. */
  readonly image: RgbPicture;
  readonly control?: RgbPicture;
  /** What the user should know, in sentences. */
  readonly notes: readonly string[];
  /** The record of every picture, but for its index. */
  readonly record: Omit<PaperRecord, "index">;
}

/** One picture. */
export interface PaperPicture extends RgbPicture {
  /** Its number, from 0. */
  readonly index: number;
  /** What it takes to make it again. */
  readonly record: PaperRecord;
  /** A PNG file that holds the record. */
  readonly png: Uint8Array;
}

/** The models with a LoRA for U-Net and text encoder. @throws UserError when it changes nothing of them, or does not fit. */
async function withLora(models: PaperModels, path: string, scale: number): Promise<PaperModels> {
  const file = await openWeightFile(path);
  let tensors: HostParams;
  try {
    tensors = Object.fromEntries(Object.keys(file.tensors).map((name) => [name, file.read(name)]));
  } finally {
    file.close();
  }
  try {
    const lora = readLoraFile(
      { tensors, metadata: file.metadata, beside: adapterConfigBeside(path, Object.keys(tensors)) },
      { unet: Object.keys(models.unet.params), text_encoder: Object.keys(models.text.params) },
    );
    const halves = (part: LoraPart, { params }: PaperModel<unknown>) =>
      loraHalves(lora[part], params, { scale });
    const unet = halves("unet", models.unet), text = halves("text_encoder", models.text);
    if (Object.keys(unet).length + Object.keys(text).length === 0) {
      throw new UserError("expected changes of the U-Net or the text encoder, got none");
    }
    return { ...models, unet: { ...models.unet, lora: unet }, text: { ...models.text, lora: text } };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof RangeError)) throw error;
    throw new UserError(`Applying the LoRA ${path} failed: ${error.message}`);
  }
}

function placesOf(folder: string | undefined): Places {
  if (folder !== undefined && !(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    throw new UserError(`--models expects a folder, got ${folder}`);
  }
  return { settings: hubSettings(), ...(folder === undefined ? {} : { folder: resolve(folder) }) };
}

/**
 * Reads and checks everything that a request names; no weight is read but for its file's hash.
 *
 * @throws UserError in one sentence: a setting out of range, a missing or unfitting file, a picture of other sides.
 */
export async function preparePaper(request: PaperRequest): Promise<PreparedPaper> {
  const settings = checkPaperSettings(request as Readonly<Record<string, unknown>>);
  const { names = {}, fit, adapter, controlnet, lora } = request;
  const fail = (why: string): never => {
    throw new UserError(`Generating failed: ${why}`);
  };
  if ((controlnet === undefined) !== (request.control === undefined)) {
    fail("--controlnet and --control go together, got only one of them");
  }
  const given = request.image ?? fail("expected a condition image (--image), got none");
  const fitting = fit ? { fit } : {};
  const image = await sourceImage(given, { name: names.image ?? "the image", frame: "square", ...fitting });
  const control = request.control &&
    await sourceImage(request.control, {
      name: names.control ?? "the control image",
      frame: settings,
      ...fitting,
    });
  const plain = await loadPaperModels(placesOf(request.models), {
    kind: settings.instruction === undefined ? "plus" : "instruct",
    ...(adapter === undefined ? {} : { adapter }),
    ...(controlnet === undefined ? {} : { controlnet }),
  });
  checkInstruction(plain.adapter.config, settings.instruction);
  checkChain(plain.adapter.config, settings);
  checkSize(plain, settings);
  await checkSteps(plain.schedule, settings);
  const models = lora === undefined ? plain : await withLora(plain, lora, settings.loraScale);
  const { size, crop_size } = models.processor;
  const seen = centreCrop(
    resizeShortestSide({ ...image.picture, data: image.picture.pixels }, size.shortest_edge),
    crop_size,
  );
  const view = { width: seen.width, height: seen.height, pixels: Uint8Array.from(seen.data) };
  const recorded = (sha256: string, picture: RgbPicture, fitted: Fit | undefined): RecordedImage => ({
    sha256,
    ...(fitted ? { fit: fitted } : {}),
    png: encodePng(picture).toBase64(),
  });
  return {
    models,
    settings,
    image: view,
    ...(control ? { control: control.picture } : {}),
    notes: [...image.notes, ...(control?.notes ?? [])],
    record: {
      schema: 1,
      scale: "paper",
      settings,
      image: recorded(image.sha256, view, image.fit),
      ...(control ? { control: recorded(control.sha256, control.picture, control.fit) } : {}),
      weights: recordedWeights(models, lora),
      versions: currentVersions(),
    },
  };
}

/** How pictures are made. */
export interface PaperOptions {
  /** Called after each call of the denoiser. */
  readonly progress?: (done: number, total: number) => void;
  /** Stops between two calls of the denoiser: rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Another engine than the compiled one. */
  readonly make?: MakeProgram;
}

/** Makes the pictures of a prepared request, one after the other. */
export async function* generatePaperPictures(
  prepared: PreparedPaper,
  options: PaperOptions & { readonly indices: readonly number[] },
): AsyncGenerator<PaperPicture, void> {
  const { indices, progress, signal, make } = options;
  const { models, image, control, settings } = prepared;
  const drawn = drawPaper(models, { image, ...(control ? { control } : {}), settings, indices }, {
    ...(progress ? { step: progress } : {}),
    ...(signal ? { signal } : {}),
    ...(make ? { make } : {}),
  });
  let done = 0;
  for await (const picture of drawn) {
    const record: PaperRecord = { ...prepared.record, index: indices[done++] as number };
    yield { ...picture, index: record.index, record, png: encodeRecorded(picture, record) };
  }
}

/** What {@link generatePaper} gives. */
export interface GeneratedPaper {
  readonly pictures: readonly PaperPicture[];
  /** The condition as the encoder saw it. */
  readonly image: RgbPicture;
  /** What the ControlNet was shown. */
  readonly control?: RgbPicture;
  /** What the user should know, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Draws pictures at the paper's scale from a condition image, an instruction and a prompt.
 *
 * @param request.count how many, default 4; more begin with the same pictures.
 * @throws UserError in one sentence when the request cannot be met.
 */
export async function generatePaper(
  request: PaperRequest & { readonly count?: number },
  options: PaperOptions = {},
): Promise<GeneratedPaper> {
  const count = numberSetting("count", request.count);
  const prepared = await preparePaper(request);
  const pictures: PaperPicture[] = [];
  const indices = Array.from({ length: count }, (_, index) => index);
  for await (const picture of generatePaperPictures(prepared, { ...options, indices })) {
    pictures.push(picture);
  }
  const { image, control, notes } = prepared;
  return { pictures, image, notes, ...(control ? { control } : {}) };
}
