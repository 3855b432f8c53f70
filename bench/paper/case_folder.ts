/** The folder that all parts and the peer read: sizes, random weights in half precision, one batch of inputs. Written once. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { adapterShapes, type InstructResamplerConfig } from "../../lib/adapter/mod.ts";
import { visionTokens, type VisionTowerConfig, visionTowerShapes } from "../../lib/clip/mod.ts";
import { type UnetConfig, unetShapes, type VaeConfig, vaeShapes } from "../../lib/diffusion/mod.ts";
import {
  fold,
  host,
  type HostParams,
  key,
  normal,
  readSafetensors,
  type Shapes,
  sizeOf,
  type Weights,
  writeSafetensors,
} from "../../lib/engine/mod.ts";
import { atomicWrite, makeFolder, openWeightFile, weightsInPlace } from "../../lib/hub/mod.ts";
import { SD15_INSTRUCT, SD15_UNET, SD15_VAE, VIT_H_VISION } from "../../experiments/setting/sd15_sizes.ts";
import { writeRandomWeights } from "./random_weights.ts";

/** Sizes of the models and of one picture. */
export interface PaperSizes {
  readonly unet: UnetConfig;
  readonly vae: VaeConfig;
  readonly vision: VisionTowerConfig;
  readonly projection: InstructResamplerConfig;
  /** Side of the latents. */
  readonly side: number;
  /** Tokens of a prompt. */
  readonly textTokens: number;
}

/** SD 1.5 at 512×512 with the paper's Instruct adapter. */
const FULL_SIZE: PaperSizes = {
  unet: SD15_UNET,
  vae: SD15_VAE,
  vision: VIT_H_VISION,
  projection: SD15_INSTRUCT,
  side: 64,
  textTokens: 77,
};

/** Names of the files of weights. */
export type WeightsName = "unet" | "adapter" | "vae" | "vision";

/** Names and shapes in each file of weights. */
export function weightShapes({ unet, vae, vision, projection }: PaperSizes): Record<WeightsName, Shapes> {
  return {
    unet: unetShapes(unet),
    adapter: adapterShapes({ projection, unet }),
    vae: vaeShapes(vae),
    vision: visionTowerShapes(vision),
  };
}

/** Inputs of all parts; rows of the first side are [the unguided half, the guided half]. */
function inputShapes({ unet, vision, projection, side, textTokens }: PaperSizes): Shapes {
  return {
    sample: [2, unet.in_channels, side, side],
    noise: [1, unet.out_channels, side, side],
    text: [2, textTokens, unet.cross_attention_dim],
    image: [2, visionTokens(vision), projection.embedding_dim_image_embeds],
    instruction: [2, 1, projection.embedding_dim_instruct_embeds],
    pixels: [1, 3, vision.image_size, vision.image_size],
  };
}

const SIZES = "sizes.json";

/** Makes the folder unless it is there already, whole and of these sizes. */
export async function prepareCase(
  folder: string,
  options: { sizes?: PaperSizes; notice?: (text: string) => void } = {},
): Promise<void> {
  const { sizes = FULL_SIZE, notice } = options;
  const wanted = JSON.stringify(sizes);
  const stamp = join(folder, SIZES);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await makeFolder(folder);
  for (const [i, [name, shapes]] of Object.entries(weightShapes(sizes)).entries()) {
    const numbers = Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
    notice?.(`writing ${name}: ${(2 * numbers / 1e9).toFixed(2)} GB of random weights (once)`);
    writeRandomWeights(join(folder, `${name}.safetensors`), shapes, { seed: i + 1 });
  }
  const inputs = Object.fromEntries(
    Object.entries(inputShapes(sizes)).map(([name, shape]) => [
      name,
      host(normal(fold(key("bench paper"), name), sizeOf(shape)), shape),
    ]),
  );
  await atomicWrite(
    join(folder, "inputs.safetensors"),
    writeSafetensors({ ...inputs, timestep: host(Float32Array.of(501, 501), [2]) }),
  );
  // Last, so that a folder with it is whole.
  await atomicWrite(stamp, wanted);
}

/** The sizes of a prepared folder. */
export function caseSizes(folder: string): PaperSizes {
  return JSON.parse(readFileSync(join(folder, SIZES), "utf8")) as PaperSizes;
}

/** Its inputs. */
export function caseInputs(folder: string): HostParams {
  const path = join(folder, "inputs.safetensors");
  return readSafetensors(readFileSync(path), { what: path }).tensors;
}

/** Weights of a prepared folder, left in their file. */
export async function caseWeights(folder: string, name: WeightsName): Promise<Weights> {
  const file = await openWeightFile(join(folder, `${name}.safetensors`));
  try {
    return weightsInPlace(file, weightShapes(caseSizes(folder))[name]);
  } finally {
    file.close();
  }
}
