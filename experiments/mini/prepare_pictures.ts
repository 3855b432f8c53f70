/** From a request to everything that sampling needs at the mini scale: all that can be wrong with it is said here, before anything is sampled. */
import { noiseSchedule } from "../../lib/diffusion/mod.ts";
import { UserError } from "../../lib/engine/mod.ts";
import { controlImage, createGenerator, type Generator } from "../../lib/pipeline/mod.ts";
import { controlnetPart, CONTROLNETS } from "../../lib/tasks/controlnets/mod.ts";
import { edgePicture, SIZE } from "../../lib/tasks/mod.ts";
import {
  controlName,
  type OpenOptions,
  type OpenRequest,
  type PictureRequest,
  type Prepared,
  readShown,
  recordedImage,
} from "../pictures/prepared.ts";
import { currentVersions, type RecordKind, type RecordOf } from "../pictures/record.ts";
import { checkSettings, checkSteps, type GenerationSettings } from "../pictures/settings.ts";
import { shortHash } from "../pictures/short_hash.ts";
import type { ImageSource, SourceImage } from "../pictures/source_image.ts";
import { readBytes, type WeightFile } from "../pictures/weight_file.ts";
import type { Device } from "../setting/experiment.ts";
import { type Adapter, readAdapterFile } from "./adapter_file.ts";
import { baseWithLora, readControlnet, trainedOn } from "./base_additions.ts";
import { checkpointPath } from "./checkpoints.ts";
import type { BaseModel } from "./frozen.ts";
import { generationNoise } from "./generation_noise.ts";
import { adapterPart, decodeLatents } from "./pipeline_models.ts";
import { onDevice, sharedBase, sharedEmbedder, sharedImageEncoder } from "./shared_models.ts";
import { unknownWordsNote } from "./unknown_words.ts";

/** Pictures per run of the denoiser. */
const BATCH = 4;

/** Names of weights in a record. */
const WEIGHT_NAMES = ["vae", "encoder", "base", "adapter", "lora", "controlnet"] as const;

/** Everything that determines one picture. */
export type GenerationRecord = RecordOf<"mini", GenerationSettings, (typeof WEIGHT_NAMES)[number]>;

/** The mini scale's records, for `readRecordOf`. */
export const MINI_RECORDS: RecordKind<"mini", GenerationSettings, (typeof WEIGHT_NAMES)[number]> = {
  scale: "mini",
  names: WEIGHT_NAMES,
  settings: checkSettings,
};

/** What to sample, and with what. Absent settings have the defaults of `NUMBERS`; pictures are 64×64. */
export interface GenerateRequest extends PictureRequest {
  /** File of the adapter's weights; absent: the committed joint one; null: the base model alone. */
  readonly adapter?: string | URL | null;
  /** A LoRA for the base model: a file, or the drawing family of a committed one. */
  readonly lora?: string | URL;
  /** A ControlNet, shown `control` or the edges of `controlFrom`: a file, or the name of a committed one in `CONTROLNETS`. */
  readonly controlnet?: string | URL;
  /** A picture whose edges the ControlNet is shown. */
  readonly controlFrom?: ImageSource;
}

async function committed(part: string): Promise<{ sha256: string }> {
  return { sha256: shortHash(await readBytes(checkpointPath(part), "the checkpoint")) };
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

/** What is sampled with, beside the settings. */
interface MiniParts {
  readonly base: BaseModel;
  readonly adapter?: Adapter;
  readonly controlnet?: Awaited<ReturnType<typeof readControlnet>>["controlnet"];
}

/** The generator made last; a notebook's next call most often wants the same. */
let latest: { id: string; generator: Generator } | undefined;

async function generatorFor(
  { base, adapter, controlnet }: MiniParts,
  { weights, settings }: Pick<GenerationRecord, "weights" | "settings">,
  { device, make }: OpenOptions,
): Promise<Generator> {
  const id = JSON.stringify([
    adapter?.projection,
    weights.lora && [weights.lora.sha256, settings.loraScale],
    weights.controlnet?.sha256,
    device,
  ]);
  if (!make && latest?.id === id) return latest.generator;
  await latest?.generator.dispose();
  latest = undefined;
  const generator = await createGenerator({
    base,
    batch: BATCH,
    ...(controlnet ? { controlnet } : {}),
    ...(adapter ? { adapter: await adapterPart(adapter.projection, adapter.params, { device }) } : {}),
  }, make ? { engine: make } : onDevice(device));
  if (!make) latest = { id, generator };
  return generator;
}

/**
 * Reads and checks everything that a request names.
 *
 * @throws UserError in one sentence: a setting out of range, a missing or unfitting file, a text over the limit, a picture of another size.
 */
export async function prepareGeneration(
  request: GenerateRequest,
  options: { device?: Device } = {},
): Promise<Prepared<GenerationRecord>> {
  const settings = checkSettings(request as Readonly<Record<string, unknown>>);
  await checkSteps(noiseSchedule(), settings);
  const plain = await sharedBase();
  const adapter = request.adapter === null
    ? undefined
    : await readAdapterFile(request.adapter, plain.unet.config);
  checkTogether(request, settings, adapter);
  const frame = { width: SIZE, height: SIZE };
  const { controlFrom } = request;
  const shown = await readShown(controlFrom ? { ...request, control: controlFrom } : request, {
    image: frame,
    control: frame,
  });
  const { image } = shown;
  const control = controlFrom && shown.control
    ? edgesOf(shown.control, controlName(request.names))
    : shown.control;
  const lora = request.lora === undefined
    ? undefined
    : await baseWithLora(plain, request.lora, { scale: settings.loraScale });
  const base = lora?.base ?? plain;
  const controlnet = request.controlnet === undefined
    ? undefined
    : await readControlnet(base, request.controlnet);
  const kind = CONTROLNETS.find(({ name }) => controlnetPart(name) === controlnet?.stored.metadata.part);
  if (controlFrom && kind && !kind.readsEdges) {
    throw new UserError(
      `--control-from draws edges, which a ${kind.name} ControlNet does not read; give it a ${kind.name} picture by --control`,
    );
  }
  const baseFile = await committed("base");
  const { tokenizer } = base;
  const [ids, negative] = [tokenizer.encode([settings.prompt]), tokenizer.encode([settings.negative])];
  const unknownWords = tokenizer.unknownWords(`${settings.prompt} ${settings.negative}`);
  const instruction = settings.instruction === undefined
    ? undefined
    : (await (await sharedEmbedder(options.device ?? "cpu")).embed([settings.instruction])).slice();
  const named = ({ file, sha256 }: { file?: string; sha256: string }) => ({
    ...(file === undefined ? {} : { file }),
    sha256,
  });
  const record: Prepared<GenerationRecord>["record"] = {
    schema: 1,
    scale: "mini",
    settings,
    ...(image ? { image: recordedImage(image) } : {}),
    ...(control ? { control: recordedImage(control) } : {}),
    weights: {
      vae: await committed("vae"),
      encoder: await committed("encoder"),
      base: baseFile,
      ...(adapter ? { adapter: named(adapter) } : {}),
      ...(lora ? { lora: named(lora.stored) } : {}),
      ...(controlnet ? { controlnet: named(controlnet.stored) } : {}),
    },
    versions: currentVersions(),
  };
  return {
    ...(image ? { image: image.picture } : {}),
    ...(control ? { control: control.picture } : {}),
    unknownWords,
    notes: [
      ...(image?.notes ?? []),
      ...(control?.notes ?? []),
      ...otherBase("LoRA", lora?.stored, baseFile.sha256),
      ...otherBase("ControlNet", controlnet?.stored, baseFile.sha256),
      ...(unknownWords.length > 0 ? [unknownWordsNote(unknownWords)] : []),
    ],
    record,
    async open(options): Promise<OpenRequest> {
      const { device, make } = options;
      const parts = {
        base,
        ...(adapter ? { adapter } : {}),
        ...(controlnet ? { controlnet: controlnet.controlnet } : {}),
      };
      const generator = await generatorFor(parts, record, options);
      const features = image &&
        (await (await sharedImageEncoder("encoder", device)).run([image.picture.pixels]))[0];
      const item = {
        ids,
        negative,
        ...(features ? { image: features.tokens } : {}),
        ...(instruction ? { instruction } : {}),
        ...(control ? { control: controlImage(control.picture.pixels) } : {}),
      };
      return {
        generator,
        ...(adapter ? { adapter: adapter.params } : {}),
        decode: (latents) => decodeLatents(latents, device),
        item: (index) => ({ ...item, noise: generationNoise(settings.seed, index) }),
        close: async () => make ? await generator.dispose() : undefined,
      };
    },
  };
}
