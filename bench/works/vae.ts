/** The autoencoder's decoder: latents → images. */
import { fold, host, key, normal, type Tensor } from "../../lib/engine/mod.ts";
import { decoderHalf, initVae, type VaeConfig, vaeDecode, vaeFactor } from "../../lib/diffusion/mod.ts";
import { MINI_VAE } from "../../experiments/mini/models.ts";
import { inferenceWork } from "./inference_work.ts";
import { openBatchProgram } from "./open_program.ts";
import type { Work } from "../timing/work.ts";

/** Sizes. */
export interface DecodeConfig {
  readonly vae: VaeConfig;
  /** Images of a run. */
  readonly batch: number;
  /** Side of the latents. */
  readonly side: number;
}

export const VAE: Work<DecodeConfig> = {
  title: "Autoencoder: images of latents",
  run: "a batch of images",
  batch: 64,
  config: (batch) => ({ vae: MINI_VAE, batch, side: 16 }),
  makeCase(config, seed) {
    const from = key(`bench vae ${seed}`);
    const { vae, batch, side } = config;
    const weights = decoderHalf(initVae(fold(from, "weights"), vae));
    const shape = [batch, vae.latent_channels, side, side];
    const latents = normal(fold(from, "latents"), shape.reduce((a, b) => a * b, 1));
    return { config, weights, batch: { latents: host(latents, shape) } };
  },
  checked: ({ vae, batch, side }) => ({
    image: [batch, vae.out_channels, side * vaeFactor(vae), side * vaeFactor(vae)],
  }),
  async open({ config, weights, batch }, options) {
    const program = await openBatchProgram(
      (frozen, _state, { latents }) => ({
        outputs: { image: vaeDecode(frozen, config.vae, latents as Tensor) },
      }),
      { frozen: weights, inputs: { latents: { shape: batch["latents"]!.shape } } },
      options,
    );
    return inferenceWork(() => program.run(batch), () => program.dispose());
  },
};
