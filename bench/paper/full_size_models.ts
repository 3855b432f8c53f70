/** Models of the published sizes with random weights, as a folder in diffusers' layout: what `reproduce --scale paper` reads, without the published weights. */
import { copyFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { adapterShapes } from "../../lib/adapter/mod.ts";
import { textTowerShapes, visionTowerShapes } from "../../lib/clip/mod.ts";
import { unetShapes, vaeShapes } from "../../lib/diffusion/mod.ts";
import type { Shapes } from "../../lib/engine/mod.ts";
import { atomicWrite, makeFolder } from "../../lib/hub/mod.ts";
import {
  SD15_RESAMPLER,
  SD15_UNET,
  SD15_VAE,
  VIT_H_TEXT,
  VIT_H_VISION,
  VIT_L_TEXT,
} from "../../experiments/setting/sd15_sizes.ts";
import { writeRandomWeights } from "./random_weights.ts";

/** Ends a text at its largest id, as the published towers do: the little vocabulary's end is another number. */
const LARGEST_ID_ENDS = { eos_token_id: 2 };

/** Files by path, with the configuration that lies beside each. */
const FILES: Readonly<Record<string, { readonly shapes: Shapes; readonly config?: object }>> = {
  "unet/diffusion_pytorch_model.safetensors": { shapes: unetShapes(SD15_UNET), config: SD15_UNET },
  "vae/diffusion_pytorch_model.safetensors": { shapes: vaeShapes(SD15_VAE), config: SD15_VAE },
  "text_encoder/model.safetensors": {
    shapes: textTowerShapes(VIT_L_TEXT, { projection: false }),
    config: { ...VIT_L_TEXT, ...LARGEST_ID_ENDS },
  },
  "image_encoder/model.safetensors": { shapes: visionTowerShapes(VIT_H_VISION), config: VIT_H_VISION },
  "instruction_encoder/model.safetensors": {
    shapes: textTowerShapes(VIT_H_TEXT),
    config: { ...VIT_H_TEXT, ...LARGEST_ID_ENDS },
  },
  "ip-adapter-plus_sd15.safetensors": {
    shapes: adapterShapes({ projection: SD15_RESAMPLER, unet: SD15_UNET }),
  },
};

/** Writes what is not there yet: 5 GB. The tokenizer is that of the tests, of some hundred pieces. */
export async function writeFullSizeModels(folder: string, notice: (text: string) => void): Promise<void> {
  for (const [i, [path, { shapes, config }]] of Object.entries(FILES).entries()) {
    const file = join(folder, path);
    if (existsSync(file)) continue;
    notice(`writing ${path} (once)`);
    await makeFolder(dirname(file));
    if (config) await atomicWrite(join(dirname(file), "config.json"), JSON.stringify(config));
    writeRandomWeights(file, shapes, { seed: 100 + i });
  }
  await makeFolder(join(folder, "tokenizer"));
  for (const name of ["vocab.json", "merges.txt"]) {
    copyFileSync(
      new URL(`../../lib/clip/testdata/${name}`, import.meta.url),
      join(folder, "tokenizer", name),
    );
  }
}
