/** Generation as the experiments do it: DDIM with guidance and an IPAdapter+ image, text and image tokens once, then the denoiser. */
import { combine, fold, host, key, normal, prefixed, scope, sizeOf } from "../../lib/engine/mod.ts";
import { type ResamplerConfig, resamplerShapes } from "../../lib/adapter/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import type { UnetConfig } from "../../lib/diffusion/mod.ts";
import { latentShape } from "../../lib/training/mod.ts";
import { createGenerator, type GenerationItem } from "../../lib/pipeline/mod.ts";
import { MINI_RESAMPLER, MINI_UNET, MINI_VISION } from "../../experiments/mini/models.ts";
import { type Captioning, miniCaptioning, randomCaptions, tokenizerOf } from "./captions.ts";
import { inferenceWork } from "./inference_work.ts";
import { baseOf, randomAdapter, randomBase } from "./train.ts";
import type { Work } from "../timing/work.ts";

/** Sizes. */
export interface SampleConfig extends Captioning {
  readonly unet: UnetConfig;
  readonly projection: ResamplerConfig;
  /** Images of a run. */
  readonly batch: number;
  /** Tokens of a condition image. */
  readonly imageTokens: number;
  /** DDIM steps. */
  readonly steps: number;
  /** Guidance scale. */
  readonly guidance: number;
}

export const SAMPLE: Work<SampleConfig> = {
  title: "Sampling: DDIM, 20 steps, guidance, IPAdapter+ image",
  run: "a batch of images",
  batch: 16,
  config: (batch) => ({
    ...miniCaptioning(),
    unet: MINI_UNET,
    projection: MINI_RESAMPLER,
    batch,
    imageTokens: visionTokens(MINI_VISION),
    steps: 20,
    guidance: 4,
  }),
  makeCase(config, seed) {
    const from = key(`bench sample ${seed}`);
    const { batch, imageTokens, projection, unet } = config;
    const base = randomBase(from, config);
    const noText = tokenizerOf(config).encode([""]);
    const image = [imageTokens, projection.embedding_dim];
    const random = (name: string, shape: readonly number[]) =>
      host(normal(fold(from, name), sizeOf(shape)), shape);
    return {
      config,
      weights: combine(base, randomAdapter(from, { unet, shapes: resamplerShapes(projection), base })),
      batch: {
        ids: randomCaptions(fold(from, "captions"), config, batch),
        no_text: host(noText, [1, noText.length]),
        image: random("image", [batch, ...image]),
        no_image: random("no image", [1, ...image]),
        noise: random("noise", [batch, ...latentShape(unet)]),
      },
    };
  },
  checked: ({ batch, unet }) => ({ latents: [batch, ...latentShape(unet)] }),
  async open({ config, weights, batch: given }, options) {
    const { batch, projection, imageTokens, steps, guidance } = config;
    const adapter = combine(
      prefixed(scope(weights, "image_proj"), "image_proj"),
      prefixed(scope(weights, "ip_adapter"), "ip_adapter"),
    );
    const generator = await createGenerator({
      base: baseOf(config, weights),
      batch,
      adapter: {
        projection,
        like: adapter,
        imageShape: [imageTokens, projection.embedding_dim],
        noImage: given["no_image"]!.data as Float32Array,
      },
    }, { ...options.compile, ...(options.engine ? { engine: options.engine } : {}) });
    const row = <Kind>(name: string, i: number) => {
      const data = given[name]!.data;
      return data.subarray(i * data.length / batch, (i + 1) * data.length / batch) as Kind;
    };
    const items = Array.from({ length: batch }, (_, i): GenerationItem => ({
      ids: row("ids", i),
      image: row("image", i),
      noise: row("noise", i),
    }));
    return inferenceWork(async () => {
      const latents = await generator.generate(items, { steps, guidance, adapter });
      const shape = [batch, ...latentShape(config.unet)];
      const data = new Float32Array(sizeOf(shape));
      latents.forEach((latent, i) => data.set(latent, i * latent.length));
      return { latents: host(data, shape) };
    }, () => generator.dispose());
  },
};
