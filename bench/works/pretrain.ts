/** The base model's training step: U-Net and text encoder, all weights trained, min-SNR weights, clipping, AdamW, moving average. */
import { combine, fold, host, key, normal, prefixed, type Shapes, sizeOf } from "../../lib/engine/mod.ts";
import { textTowerShapes } from "../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE, type UnetConfig, unetShapes } from "../../lib/diffusion/mod.ts";
import { compileBaseStep, latentShape, minSnrWeights, noisyBatch } from "../../lib/training/mod.ts";
import { BASE } from "../../experiments/parts/base/mod.ts";
import { MINI_UNET } from "../../experiments/mini/models.ts";
import { type Captioning, miniCaptioning, randomCaptions } from "./captions.ts";
import { randomBase } from "./train.ts";
import { trainingWork } from "./training_work.ts";
import { shapesOf, type Work } from "../timing/work.ts";

/** Sizes. */
export interface PretrainConfig extends Captioning {
  readonly unet: UnetConfig;
  readonly batch: number;
  /** Decay of the average of the weights. */
  readonly emaDecay: number;
}

const checked = ({ unet, text }: PretrainConfig): Shapes =>
  combine(
    prefixed(unetShapes(unet), "unet"),
    prefixed(textTowerShapes(text, { projection: false }), "text_encoder"),
  );

export const PRETRAIN: Work<PretrainConfig> = {
  title: "Base pre-training step: all weights of U-Net and text encoder, clipping, AdamW, moving average",
  run: "a step",
  batch: 32,
  config: (batch) => ({
    ...miniCaptioning(),
    unet: MINI_UNET,
    batch,
    emaDecay: BASE.recipe.emaDecay as number,
  }),
  makeCase(config, seed) {
    const from = key(`bench pretrain ${seed}`);
    const { batch } = config;
    const shape = [batch, ...latentShape(config.unet)];
    const schedule = noiseSchedule(SD_SCHEDULE);
    const latents = normal(fold(from, "latents"), sizeOf(shape));
    const { sample, timestep, noise } = noisyBatch(fold(from, "noise"), schedule, latents, { batch });
    return {
      config,
      weights: randomBase(from, config),
      batch: {
        sample: host(sample, shape),
        timestep: host(timestep, [batch]),
        noise: host(noise, shape),
        weights: host(minSnrWeights(schedule, timestep), [batch]),
        ids: randomCaptions(fold(from, "captions"), config, batch),
      },
    };
  },
  checked,
  async open({ config, weights, batch }, options) {
    const step = await compileBaseStep({ ...config, trainable: weights, ...options });
    return trainingWork(step, batch, shapesOf(weights));
  },
};
