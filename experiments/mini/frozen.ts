/** The frozen parts of the mini scale, read from their committed checkpoints and checked against their configurations. */
import { type HostParams, loadStrict, scope } from "../../lib/engine/mod.ts";
import {
  type CaptionTokenizer,
  createCaptionTokenizer,
  type TextTowerConfig,
  textTowerShapes,
  type VisionTowerConfig,
  visionTowerShapes,
} from "../../lib/clip/mod.ts";
import {
  type ControlnetConfig,
  controlnetShapes,
  type UnetConfig,
  unetShapes,
  type VaeConfig,
  vaeShapes,
} from "../../lib/diffusion/mod.ts";
import {
  adapterParams,
  imageContextShapes,
  type ResamplerConfig,
  resamplerShapes,
} from "../../lib/adapter/mod.ts";
import { checkpointPath, CHECKPOINTS, readCheckpoint } from "./checkpoints.ts";
import { type ControlnetName, controlnetPart } from "../../lib/tasks/controlnets/mod.ts";

/** Weights with the configuration that explains them. */
export interface Model<Config> {
  readonly config: Config;
  readonly params: HostParams;
}

/** The frozen diffusion model: denoiser, text encoder and its words. */
export interface BaseModel {
  readonly unet: Model<UnetConfig>;
  readonly text: Model<TextTowerConfig>;
  readonly tokenizer: CaptionTokenizer;
}

/** The mini IPAdapter+: projection, and keys and values per cross-attention layer. */
export interface PlusModel {
  readonly projection: Model<ResamplerConfig>;
  readonly context: HostParams;
}

/** IPAdapter+ as it is sampled with, and as trainings start from it. */
export function startParams({ projection, context }: PlusModel): HostParams {
  return adapterParams({ projection: projection.params, context });
}

/** Reads the autoencoder. `folder`, here and below, is where the checkpoints lie. */
export async function loadVae(folder: URL = CHECKPOINTS): Promise<Model<VaeConfig>> {
  const { config, tensors } = await readCheckpoint("vae", checkpointPath("vae", folder));
  const vae = config as unknown as VaeConfig;
  return { config: vae, params: loadStrict(tensors, vaeShapes(vae), { what: "the autoencoder" }) };
}

/** Reads the joint encoder's image tower, or the judge's. */
export async function loadVision(
  part: "encoder" | "judge",
  folder: URL = CHECKPOINTS,
): Promise<Model<VisionTowerConfig>> {
  const { config, tensors } = await readCheckpoint(part, checkpointPath(part, folder));
  const vision = config as unknown as VisionTowerConfig;
  return { config: vision, params: loadStrict(tensors, visionTowerShapes(vision), { what: `the ${part}` }) };
}

/** Reads the base model. */
export async function loadBase(folder: URL = CHECKPOINTS): Promise<BaseModel> {
  const { config, tensors } = await readCheckpoint("base", checkpointPath("base", folder));
  const { unet, text, words } = config as unknown as {
    unet: UnetConfig;
    text: TextTowerConfig;
    words: string[];
  };
  return {
    unet: {
      config: unet,
      params: loadStrict(scope(tensors, "unet"), unetShapes(unet), { what: "the base U-Net" }),
    },
    text: {
      config: text,
      params: loadStrict(scope(tensors, "text_encoder"), textTowerShapes(text, { projection: false }), {
        what: "the text encoder",
      }),
    },
    tokenizer: createCaptionTokenizer(words, { length: text.max_position_embeddings }),
  };
}

/** Reads the mini IPAdapter+. */
export async function loadPlus(base: BaseModel, folder: URL = CHECKPOINTS): Promise<PlusModel> {
  const path = checkpointPath("ip-adapter-plus", folder);
  const { config, tensors } = await readCheckpoint("ip-adapter-plus", path);
  const { projection } = config as unknown as { projection: ResamplerConfig };
  return {
    projection: {
      config: projection,
      params: loadStrict(scope(tensors, "image_proj"), resamplerShapes(projection), {
        what: "the mini IPAdapter+",
      }),
    },
    context: loadStrict(
      scope(tensors, "ip_adapter"),
      imageContextShapes(base.unet.config, { width: projection.output_dim }),
      {
        what: "the mini IPAdapter+'s keys and values",
      },
    ),
  };
}

/** Reads a mini ControlNet. */
export async function loadControlnet(
  name: ControlnetName,
  folder: URL = CHECKPOINTS,
): Promise<Model<ControlnetConfig>> {
  const part = controlnetPart(name);
  const { config, tensors } = await readCheckpoint(part, checkpointPath(part, folder));
  const own = config as unknown as ControlnetConfig;
  return { config: own, params: loadStrict(tensors, controlnetShapes(own), { what: `the ${part}` }) };
}
