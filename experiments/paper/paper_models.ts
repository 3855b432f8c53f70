/**
 * The paper's models out of published files: a local folder in diffusers' layout, or the hub's cache. Sizes come from each part's
 * config.json where there is one, else SD 1.5's and ViT-H/14's. Everything is checked before a weight is read.
 */
import { readdirSync, statSync } from "node:fs";
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
import type { ModelPart } from "../../lib/pipeline/mod.ts";
import {
  openWeightFile,
  PUBLISHED_NAMES,
  type PublishedModel,
  readText,
  type WeightFile,
  weightsInPlace,
} from "../../lib/hub/mod.ts";
import { CONTROLNETS } from "../../lib/tasks/controlnets/mod.ts";
import { locate, type Places } from "./locate_file.ts";
import { PAPER_FILES, type PaperFile, paperFile, SCHEDULER_FILE } from "./paper_files.ts";
import {
  SD15_CONTROLNET,
  SD15_UNET,
  SD15_VAE,
  VIT_H_TEXT,
  VIT_H_VISION,
  VIT_L_TEXT,
} from "../setting/sd15_sizes.ts";
import { asConfigFault, type ClipPart, configBeside } from "./model_config.ts";
import { readSchedule } from "./schedule_file.ts";

/** A published model and the file that holds it. */
export interface PaperModel<Config> extends ModelPart<Config> {
  /** Path of the file. */
  readonly file: string;
}

/** The frozen diffusion model, and a ControlNet where one is asked for. */
export interface PaperBase {
  readonly unet: PaperModel<UnetConfig>;
  readonly vae: PaperModel<VaeConfig>;
  readonly text: PaperModel<TextTowerConfig>;
  readonly tokenizer: ClipTokenizer;
  /** What a ControlNet adds; absent without one. */
  readonly controlnet?: PaperModel<ControlnetConfig>;
  /** The noise schedule that the U-Net was trained with. */
  readonly schedule: NoiseSchedule;
}

/** What sampling at the paper's scale needs. */
export interface PaperModels extends PaperBase {
  readonly vision: PaperModel<VisionTowerConfig>;
  readonly processor: ImageProcessorConfig;
  /** The adapter; its config is its projection's. */
  readonly adapter: PaperModel<PublishedProjection>;
  /** The instruction's encoder of the paper's own design; the released design reads the prompt's. */
  readonly instruction?: PaperModel<TextTowerConfig>;
}

/** Which adapter to take where no file is named. */
export type AdapterKind = "plus" | "instruct";

/** Which tower of a whole CLIP's configuration a kind reads. */
const CLIP_PARTS: Partial<Record<PublishedModel, ClipPart>> = {
  text: "text_config",
  vision: "vision_config",
};

/** Files of the same part that a folder holds under names that are not read, with what to do about them. */
const UNREAD: readonly (readonly [name: RegExp, what: string])[] = [
  [/-\d{5}-of-\d{5}\.|\.index\./, "a part of a sharded file: save it in one (max_shard_size)"],
  [/\.non_ema\./, "weights without averaging: rename it to use them"],
  [/\.(msgpack|h5|onnx|gguf|ckpt|pth?)$/, "another format: convert it to safetensors"],
  [/\.(safetensors|bin)$/, "another name: rename it if it is meant"],
];

/** Of a missing file: what lies beside its place, in a clause; nothing where that is nothing. */
function besideIt(file: PaperFile, { folder }: Places): string {
  const [first] = file.local;
  const beside = folder === undefined || first === undefined ? undefined : join(folder, dirname(first));
  if (beside === undefined || !statSync(beside, { throwIfNoEntry: false })?.isDirectory()) return "";
  const names = readdirSync(beside).sort();
  for (const [pattern, what] of UNREAD) {
    const found = names.find((name) =>
      pattern.test(name) && !PAPER_FILES.some(({ local }) => local.includes(name))
    );
    if (found) return `; beside it lies ${found}, ${what}`;
  }
  return "";
}

function pathOf(file: PaperFile, places: Places): string {
  const found = locate(file, places);
  if (found !== undefined) return found;
  throw new UserError(
    `Loading the ${file.part} failed: expected ${file.local[0]} in ${
      places.folder ?? "a folder given by --models"
    }, or ${file.repo}/${file.path} in ${places.settings.cache}, got neither${besideIt(file, places)}; ${
      file.neededBy.length > 0 ? "deno task models --download" : `hf download ${file.repo} ${file.path}`
    } fetches it`,
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

async function model<Config extends object>(
  places: Places,
  part: {
    file: PaperFile | string;
    kind: PublishedModel;
    otherwise: Config;
    shapes: (config: Config) => Shapes;
  },
): Promise<PaperModel<Config>> {
  const path = typeof part.file === "string" ? part.file : pathOf(part.file, places);
  const config = configBeside(path, part.otherwise, CLIP_PARTS[part.kind]);
  const rows = PUBLISHED_NAMES[part.kind], shapes = asConfigFault(path, () => part.shapes(config));
  const params = await opened(path, (file) => weightsInPlace(file, shapes, { rows }));
  return { config, params, file: path };
}

function tokenizer(places: Places, length: number): ClipTokenizer {
  const text = (role: "vocabulary" | "merges") => readText(pathOf(paperFile(role), places));
  return clipTokenizerFromVocabulary({ vocab: text("vocabulary"), merges: text("merges") }, { length });
}

/** CLIP's processor at the tower's own size. */
function processorFor({ image_size }: VisionTowerConfig): ImageProcessorConfig {
  const crop_size = { height: image_size, width: image_size };
  return { ...CLIP_PROCESSOR, size: { shortest_edge: image_size }, crop_size };
}

/**
 * Loads everything that sampling needs.
 *
 * @param options.adapter a file of an adapter; absent: the published one of `kind`.
 * @param options.kind "instruct" if absent.
 * @param options.controlnet the name of a published one in `CONTROLNETS`, or a file; none if absent.
 * @param options.instructions with the paper's encoder of instructions, whatever the adapter reads; else only where it reads them.
 * @throws UserError in one sentence when a part is missing, damaged, or does not fit the others.
 */
export async function loadPaperModels(
  places: Places,
  options: { adapter?: string; kind?: AdapterKind; controlnet?: string; instructions?: boolean } = {},
): Promise<PaperModels> {
  const { kind = "instruct" } = options;
  const adapterPath = options.adapter ??
    pathOf(paperFile(kind), places);
  const unetPath = pathOf(paperFile("unet"), places);
  const unetConfig = configBeside(unetPath, SD15_UNET);
  asConfigFault(unetPath, () => unetShapes(unetConfig));
  const text = await promptEncoder(places);
  const vision = await model(places, {
    file: paperFile("vision"),
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
  const base = await baseAround(places, { text, controlnet: options.controlnet });
  return {
    ...base,
    vision,
    processor: processorFor(vision.config),
    adapter,
    ...(adapter.config.class === "ResamplerInstruct"
      ? { instruction: await instructionEncoder(places, adapter.config.embedding_dim_instruct_embeds) }
      : options.instructions
      ? { instruction: await instructionEncoder(places) }
      : {}),
  };
}

function promptEncoder(places: Places): Promise<PaperModel<TextTowerConfig>> {
  return model(places, {
    file: paperFile("text"),
    kind: "text",
    otherwise: VIT_L_TEXT,
    shapes: (config) => textTowerShapes(config, { projection: false }),
  });
}

/** The base model's other parts, which must fit its prompt encoder. */
async function baseAround(
  places: Places,
  { text, controlnet }: { text: PaperModel<TextTowerConfig>; controlnet: string | undefined },
): Promise<PaperBase> {
  const vae = await model(places, {
    file: paperFile("vae"),
    kind: "vae",
    otherwise: SD15_VAE,
    shapes: vaeShapes,
  });
  const unet = await model(places, {
    file: paperFile("unet"),
    kind: "unet",
    otherwise: SD15_UNET,
    shapes: unetShapes,
  });
  checkTogether({ unet: unet.config, vae: vae.config, text: text.config });
  return {
    unet,
    vae,
    text,
    tokenizer: tokenizer(places, text.config.max_position_embeddings),
    schedule: readSchedule(locate(SCHEDULER_FILE, places)),
    ...(controlnet === undefined
      ? {}
      : { controlnet: await loadControlnet(places, controlnet, { unet, vae }) }),
  };
}

/**
 * Loads the base model alone.
 *
 * @param options.controlnet as for {@link loadPaperModels}.
 * @throws UserError in one sentence when a part is missing, damaged, or does not fit the others.
 */
export async function loadPaperBase(
  places: Places,
  { controlnet }: { controlnet?: string } = {},
): Promise<PaperBase> {
  return await baseAround(places, { text: await promptEncoder(places), controlnet });
}

/**
 * Loads the paper's encoder of instructions alone.
 *
 * @throws UserError in one sentence when it is missing or damaged.
 */
export async function loadInstructionEncoder(
  places: Places,
): Promise<Required<Pick<PaperModels, "instruction" | "tokenizer">>> {
  const instruction = await instructionEncoder(places);
  return { instruction, tokenizer: tokenizer(places, instruction.config.max_position_embeddings) };
}

/** The paper's encoder of instructions, whose projected vector an adapter of that width takes. */
async function instructionEncoder(places: Places, width?: number): Promise<PaperModel<TextTowerConfig>> {
  const encoder = await model(places, {
    file: paperFile("instruction"),
    kind: "text",
    otherwise: VIT_H_TEXT,
    shapes: textTowerShapes,
  });
  if (width === undefined || encoder.config.projection_dim === width) return encoder;
  throw new UserError(
    `Loading the adapter failed: expected one for instructions embedded in ${encoder.config.projection_dim} numbers, got one for ${width}`,
  );
}

/**
 * Loads a ControlNet for a base model.
 *
 * @param given as for {@link loadPaperModels}.
 * @throws UserError in one sentence when it is missing or damaged, or does not fit the base.
 */
export async function loadControlnet(
  places: Places,
  given: string,
  { unet: { config: unet }, vae: { config: vae } }: Pick<PaperBase, "unet" | "vae">,
): Promise<PaperModel<ControlnetConfig>> {
  const published = CONTROLNETS.find(({ name }) => name === given)?.name;
  const found = await model(places, {
    file: published === undefined ? given : paperFile(published),
    kind: "controlnet",
    otherwise: SD15_CONTROLNET,
    shapes: controlnetShapes,
  });
  const { config } = found;
  const { controlnet_conditioning_channel_order: order = "rgb", global_pool_conditions: pooled = false } =
    config;
  if (order !== "rgb" || pooled) {
    throw new UserError(
      `Loading the ControlNet ${found.file} failed: expected one that takes RGB and leaves its residuals in their places, got ${
        pooled
          ? "global_pool_conditions true"
          : `controlnet_conditioning_channel_order ${JSON.stringify(order)}`
      }`,
    );
  }
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

/** @throws UserError when the base model's parts are of different models. */
function checkTogether(
  { unet, vae, text }: { unet: UnetConfig; vae: VaeConfig; text: TextTowerConfig },
): void {
  const fail = (why: string): never => {
    throw new UserError(`Loading the base U-Net failed: ${why}`);
  };
  const { latent_channels } = vae;
  if (unet.in_channels !== latent_channels) {
    const inpainting = unet.in_channels === 2 * latent_channels + 1 ? ": an inpainting model" : "";
    fail(
      `expected one that takes the autoencoder's ${latent_channels} channels, got one for ${unet.in_channels}${inpainting}`,
    );
  }
  if (unet.out_channels !== latent_channels) {
    fail(`expected one that gives ${latent_channels} channels, got one of ${unet.out_channels}`);
  }
  if (unet.cross_attention_dim !== text.hidden_size) {
    fail(
      `expected one for a prompt encoder ${text.hidden_size} wide, got one for ${unet.cross_attention_dim}: another base model`,
    );
  }
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
