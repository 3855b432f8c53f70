/** The noise that generating starts from at the mini scale. */
import { fold, key, normal } from "../../lib/engine/mod.ts";
import { LATENT_SIZE } from "./models.ts";

/** Initial noise of picture `index` of a seed, [4 16 16] flat. */
export const generationNoise = (seed: number, index: number): Float32Array =>
  normal(fold(key("generate"), seed, index), LATENT_SIZE);
