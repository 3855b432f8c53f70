/**
 * The paper's models out of published files: a local folder in diffusers' layout, or the hub's cache. Sizes come from each part's
 * config.json where there is one, else SD 1.5's and ViT-H/14's. Everything is checked before a weight is read.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { adapterInPlace, detectAdapter, type PublishedProjection } from "../../lib/adapter/mod.ts";
import {
  CLIP_PROCESSOR,
  type ClipTokenizer,
  clipTokenizerFromVocabulary,
  type ImageProcessorConfig,
  type TextTowerConfig,
  textTowerShapes,
  type VisionTowerConfig,
  visionTowerShapes,
} from "../../lib/clip/mod.ts";
import {
  conditioningFactor,
  type ControlnetConfig,
  controlnetShapes,
  type NoiseSchedule,
  type UnetConfig,
  unetShapes,
  type VaeConfig,
  vaeFactor,
  vaeShapes,
} from "../../lib/diffusion/mod.ts";
import { type Shapes, UserError } from "../../lib/engine/mod.ts";
import {
  openWeightFile,
  PUBLISHED_NAMES,
  type PublishedModel,
  type WeightFile,
  weightsInPlace,
} from "../../lib/hub/mod.ts";
import { locate, type Places } from "../models/inspect.ts";
import { PAPER_FILES, type PaperFile, SCHEDULER_FILE } from "../models/paper_files.ts";
import { SD15_CONTROLNET, SD15_UNET, SD15_VAE, VIT_H_TEXT, VIT_H_VISION, VIT_L_TEXT } from "../sd15_sizes.ts";
import type { PaperModel } from "./paper_model.ts";
import { readSchedule } from "./schedule_file.ts";

/** What drawing at the paper's scale needs. */
export interface PaperModels {
  readonly unet: PaperModel<UnetConfig>;
  readonly vae: PaperModel<VaeConfig>;
  readonly text: PaperModel<TextTowerConfig>;
  readonly vision: PaperModel<VisionTowerConfig>;
  readonly tokenizer: ClipTokenizer;
  readonly processor: ImageProcessorConfig;
  /** The adapter; its config is its projection's. */
  readonly adapter: PaperModel<PublishedProjection>;
  /** The instruction's encoder of the paper's own design; the released design reads the prompt's. */
  readonly instruction?: PaperModel<TextTowerConfig>;
  /** What a ControlNet adds; absent without one. */
  readonly controlnet?: PaperModel<ControlnetConfig>;
  /** The noise schedule that the U-Net was trained with. */
  readonly schedule: NoiseSchedule;
}

/** Which adapter to take where no file is named. */
export type AdapterKind = "plus" | "instruct";

/** The first file of the table with this path's beginning. */
function entry(start: string): PaperFile {
  return PAPER_FILES.find(({ path }) => path.startsWith(start)) as PaperFile;
}

function entryNamed(start: string): PaperFile {
  return PAPER_FILES.find(({ part }) => part.startsWith(start)) as PaperFile;
}

function pathOf(file: PaperFile, places: Places): string {
  const found = locate(file, places);
  if (found !== undefined) return found;
  throw new UserError(
    `Loading the ${file.part} failed: expected ${file.local[0]} in ${
      places.folder ?? "a folder given by --models"
    }, or ${file.repo}/${file.path} in ${places.settings.cache}, got neither; deno task models --download fetches it`,
  );
}

async function opened<T>(path: string, read: (file: WeightFile) => T): Promise<T> {
  const file = await openWeightFile(path);
  try {
    return read(file);
  } finally {
    file.close();
  }
}

/** A config.json beside the weights, else the size that is published. */
function configBeside<Config>(path: string, otherwise: Config): Config {
  const beside = join(dirname(path), "config.json");
  if (!existsSync(beside)) return otherwise;
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(beside, "utf8"));
  } catch {
    throw new UserError(`Reading ${beside} failed: it is no JSON`);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new UserError(`Reading ${beside} failed: expected an object`);
  }
  return { ...otherwise, ...given } as Config;
}

async function model<Config>(
  places: Places,
  part: {
    file: PaperFile | string;
    kind: PublishedModel;
    otherwise: Config;
    shapes: (config: Config) => Shapes;
  },
): Promise<PaperModel<Config>> {
  const path = typeof part.file === "string" ? part.file : pathOf(part.file, places);
  const config = configBeside(path, part.otherwise);
  const rows = PUBLISHED_NAMES[part.kind];
  const params = await opened(path, (file) => weightsInPlace(file, part.shapes(config), { rows }));
  return { config, params, file: path };
}

function tokenizer(places: Places, length: number): ClipTokenizer {
  const text = (name: string) => readFileSync(pathOf(entry(`tokenizer/${name}`), places), "utf8");
  return clipTokenizerFromVocabulary({ vocab: text("vocab.json"), merges: text("merges.txt") }, { length });
}

/** CLIP's processor at the tower's own size. */
function processorFor({ image_size }: VisionTowerConfig): ImageProcessorConfig {
  const crop_size = { height: image_size, width: image_size };
  return { ...CLIP_PROCESSOR, size: { shortest_edge: image_size }, crop_size };
}

/**
 * Loads everything that drawing needs.
 *
 * @param options.adapter a file of an adapter; absent: the published one of `kind`.
 * @param options.kind "instruct" if absent.
 * @param options.controlnet "scribble" or "pose" for a published one, or a file; none if absent.
 * @throws UserError in one sentence when a part is missing, damaged, or does not fit the others.
 */
export async function loadPaperModels(
  places: Places,
  options: { adapter?: string; kind?: AdapterKind; controlnet?: string } = {},
): Promise<PaperModels> {
  const { kind = "instruct" } = options;
  const adapterPath = options.adapter ??
    pathOf(entry(kind === "plus" ? "models/ip-adapter-plus" : "ip-adapter-instruct"), places);
  const unetPath = pathOf(entry("unet/"), places);
  const unetConfig = configBeside(unetPath, SD15_UNET);
  const text = await model(places, {
    file: entry("text_encoder/"),
    kind: "text",
    otherwise: VIT_L_TEXT,
    shapes: (config) => textTowerShapes(config, { projection: false }),
  });
  const vision = await model(places, {
    file: entry("models/image_encoder/"),
    kind: "vision",
    otherwise: VIT_H_VISION,
    shapes: visionTowerShapes,
  });
  const adapter = await opened(adapterPath, (file) => {
    const found = detectAdapter(file, { unet: unetConfig });
    const projection = fitted(found, { unet: unetConfig, text: text.config, vision: vision.config });
    return {
      config: projection,
      params: adapterInPlace(file, { projection, unet: unetConfig }),
      file: adapterPath,
    };
  });
  const vae = await model(places, {
    file: entry("vae/"),
    kind: "vae",
    otherwise: SD15_VAE,
    shapes: vaeShapes,
  });
  const { controlnet } = options;
  return {
    unet: await model(places, {
      file: entry("unet/"),
      kind: "unet",
      otherwise: SD15_UNET,
      shapes: unetShapes,
    }),
    vae,
    text,
    vision,
    tokenizer: tokenizer(places, text.config.max_position_embeddings),
    processor: processorFor(vision.config),
    adapter,
    schedule: readSchedule(locate(SCHEDULER_FILE, places)),
    ...(adapter.config.class === "ResamplerInstruct"
      ? { instruction: await instructionEncoder(places, adapter.config.embedding_dim_instruct_embeds) }
      : {}),
    ...(controlnet === undefined
      ? {}
      : { controlnet: await readControlnet(places, controlnet, { unet: unetConfig, vae: vae.config }) }),
  };
}

/** The paper's encoder of instructions, whose projected vector the adapter must take. */
async function instructionEncoder(places: Places, width: number): Promise<PaperModel<TextTowerConfig>> {
  const encoder = await model(places, {
    file: entryNamed("instruction encoder"),
    kind: "text",
    otherwise: VIT_H_TEXT,
    shapes: textTowerShapes,
  });
  if (encoder.config.projection_dim === width) return encoder;
  throw new UserError(
    `Loading the adapter failed: expected one for instructions embedded in ${encoder.config.projection_dim} numbers, got one for ${width}`,
  );
}

/** The ControlNets that are published, by the names that --controlnet takes. */
export const CONTROLNETS = { scribble: "ControlNet (scribble)", pose: "ControlNet (openpose)" } as const;

async function readControlnet(
  places: Places,
  given: string,
  { unet, vae }: { unet: UnetConfig; vae: VaeConfig },
): Promise<PaperModel<ControlnetConfig>> {
  const name = CONTROLNETS[given as keyof typeof CONTROLNETS] as string | undefined;
  const found = await model(places, {
    file: name === undefined ? given : entryNamed(name),
    kind: "controlnet",
    otherwise: SD15_CONTROLNET,
    shapes: controlnetShapes,
  });
  const { config } = found;
  const [width, factor] = [unet.cross_attention_dim, vaeFactor(vae)];
  const sides = JSON.stringify(unet.block_out_channels);
  if (config.cross_attention_dim !== width || JSON.stringify(config.block_out_channels) !== sides) {
    throw new UserError(
      `Loading the ControlNet ${found.file} failed: expected one for this U-Net (block_out_channels ${sides}, cross_attention_dim ${width}), got one for another`,
    );
  }
  if (conditioningFactor(config) !== factor) {
    throw new UserError(
      `Loading the ControlNet ${found.file} failed: expected one for images ${factor} times the latents' side, got ${
        conditioningFactor(config)
      } times`,
    );
  }
  return found;
}

/** The projection with the widths that the other models dictate, so that a foreign adapter is named as such. */
function fitted(
  found: PublishedProjection,
  models: { unet: UnetConfig; text: TextTowerConfig; vision: VisionTowerConfig },
): PublishedProjection {
  const { unet, text, vision } = models;
  const output_dim = unet.cross_attention_dim;
  switch (found.class) {
    case "ImageProjModel":
      return { ...found, clip_embeddings_dim: vision.projection_dim, cross_attention_dim: output_dim };
    case "Resampler":
      return { ...found, embedding_dim: vision.hidden_size, output_dim };
    case "ResamplerInstructBigger":
      return {
        ...found,
        embedding_dim_image_embeds: vision.hidden_size,
        embedding_dim_instruct_embeds: text.hidden_size,
        output_dim,
      };
    case "ResamplerInstruct":
      return { ...found, embedding_dim_image_embeds: vision.hidden_size, output_dim };
  }
}
