/** The image tower of the joint space: pixels → penultimate tokens (what adapters read) and unit embeddings (what metrics read). */
import { fold, host, key, type Tensor, uniform } from "../../lib/engine/mod.ts";
import {
  initVisionTower,
  unitRows,
  visionTokens,
  visionTower,
  type VisionTowerConfig,
} from "../../lib/clip/mod.ts";
import { MINI_VISION } from "../../experiments/mini/models.ts";
import { inferenceWork } from "./inference_work.ts";
import { openBatchProgram } from "./open_program.ts";
import type { Work } from "../timing/work.ts";

/** Sizes. */
export interface EncodeConfig {
  readonly vision: VisionTowerConfig;
  /** Images of a run. */
  readonly batch: number;
}

export const ENCODE: Work<EncodeConfig> = {
  title: "Image encoder: tokens and embeddings of images",
  run: "a batch of images",
  batch: 64,
  config: (batch) => ({ vision: MINI_VISION, batch }),
  makeCase(config, seed) {
    const from = key(`bench encode ${seed}`);
    const { vision, batch } = config;
    const shape = [batch, vision.num_channels ?? 3, vision.image_size, vision.image_size];
    const size = shape.reduce((a, b) => a * b, 1);
    return {
      config,
      weights: initVisionTower(fold(from, "weights"), vision),
      batch: { pixels: host(uniform(fold(from, "pixels"), size, { low: -1, high: 1 }), shape) },
    };
  },
  checked: ({ vision, batch }) => ({
    tokens: [batch, visionTokens(vision), vision.hidden_size],
    embedding: [batch, vision.projection_dim],
  }),
  async open({ config, weights, batch }, options) {
    const program = await openBatchProgram(
      (frozen, _state, { pixels }) => {
        const { penultimate, embeds } = visionTower(frozen, config.vision, pixels as Tensor);
        return { outputs: { tokens: penultimate, embedding: unitRows(embeds) } };
      },
      { frozen: weights, inputs: { pixels: { shape: batch["pixels"]!.shape } } },
      options,
    );
    return inferenceWork(() => program.run(batch), () => program.dispose());
  },
};
