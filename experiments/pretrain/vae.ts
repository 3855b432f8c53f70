/**
 * Recipe of the autoencoder: absolute and squared error, squared error of block means (flat colours are what group norms make hard to
 * learn), a little Kullback-Leibler divergence; latents are scaled to unit variance afterwards.
 */
import {
  compile,
  fold,
  host,
  type HostParams,
  key,
  normal,
  partition,
  stream,
  type Tensor,
  tf,
} from "../../lib/engine/mod.ts";
import {
  initVae,
  type VaeConfig,
  vaeDecode,
  vaeDivergence,
  vaeEncode,
  vaeMean,
  vaeSample,
} from "../../lib/diffusion/mod.ts";
import { type Bank, composePretrain, toModelImage } from "../../lib/tasks/mod.ts";
import { compileTrainStep } from "../../lib/training/mod.ts";
import { MINI_VAE } from "../mini/models.ts";
import { readCheckpoint } from "../mini/checkpoints.ts";
import { latentEncoder } from "../mini/programs.ts";
import { imagePool } from "./image_pool.ts";
import type { Recipe } from "./recipe.ts";

const BATCH = 8;
const SEED = 11;
/** Weight of the divergence per latent number. */
const DIVERGENCE = 1e-4;
const LATENT = [4, 16, 16] as const;

/** Images of the pre-training stream as one model input [indices.length 3 64 64]. */
export function pretrainImages(bank: Bank, indices: readonly number[]): Float32Array {
  const images = new Float32Array(indices.length * 3 * 64 * 64);
  indices.forEach((index, i) =>
    images.set(toModelImage(composePretrain(bank, index).image), i * 3 * 64 * 64)
  );
  return images;
}

/** Means of 8×8 blocks: what is wrong with the colours, apart from the drawing. x [batch 3 64 64] → [batch 3 8 8]. */
function blockMeans(x: Tensor): Tensor {
  return tf.mean(tf.reshape(x, [x.shape[0] as number, 3, 8, 8, 8, 8]), [3, 5]);
}

/** Mean absolute error + 8 · mean squared error + 4 · mean squared error of block means. */
function reconstructionLoss(decoded: Tensor, pixels: Tensor): Tensor {
  const difference = tf.sub(decoded, pixels);
  const squared = tf.add(
    tf.mul(tf.mean(tf.square(difference)), 8),
    tf.mul(tf.mean(tf.square(blockMeans(difference))), 4),
  );
  return tf.add(tf.mean(tf.abs(difference)), squared);
}

/** 1/std of the latents (means, unscaled) over 256 scenes: the scaling factor. */
export async function latentScale(tensors: HostParams, bank: Bank): Promise<number> {
  const count = 32;
  const program = await compile((frozen, _state, { pixels }) => ({
    outputs: { mean: vaeMean(vaeEncode(frozen, MINI_VAE, pixels as Tensor), MINI_VAE) },
  }), { frozen: tensors, inputs: { pixels: { shape: [count, 3, 64, 64] } } });
  let square = 0;
  let total = 0;
  for (let round = 0; round < 8; round++) {
    const indices = Array.from({ length: count }, (_, i) => 5_000_000 + round * count + i);
    const { mean } = await program.run({ pixels: pretrainImages(bank, indices) });
    for (const value of mean!.data) square += value * value;
    total += mean!.data.length;
  }
  await program.dispose();
  return 1 / Math.sqrt(square / total);
}

export const VAE_RECIPE: Recipe = {
  part: "vae",
  steps: 4500,
  batchSize: BATCH,
  seed: SEED,
  schedule: (steps) => ({ kind: "cosine", lr: 2e-3, warmup: 100, total: steps }),
  summary:
    "AutoencoderKL on pre-training scenes: L1 + 8·MSE + 4·MSE of 8×8 means + 1e-4·KL, AdamW 2e-3 cosine, EMA 0.995",
  async prepare(bank, options) {
    const step = await compileTrainStep({
      compile: options.compile,
      frozen: {},
      trainable: initVae(key(SEED), MINI_VAE),
      inputs: { pixels: { shape: [BATCH, 3, 64, 64] }, noise: { shape: [BATCH, ...LATENT] } },
      clipNorm: 1,
      separable: true,
      emaDecay: 0.995,
      loss: (params, _frozen, { pixels, noise }) => {
        const moments = vaeEncode(params, MINI_VAE, pixels as Tensor);
        const decoded = vaeDecode(params, MINI_VAE, vaeSample(moments, MINI_VAE, noise as Tensor));
        const reconstruction = reconstructionLoss(decoded, pixels as Tensor);
        const divergence = tf.div(tf.mean(vaeDivergence(moments)), LATENT[0] * LATENT[1] * LATENT[2]);
        return { loss: tf.add(reconstruction, tf.mul(divergence, DIVERGENCE)), aux: { reconstruction } };
      },
    });
    return {
      step,
      batch: (index) => {
        const source = stream(fold(key(SEED), "images", index));
        const indices = Array.from({ length: BATCH }, () => source.int(0, 1_000_000));
        return {
          pixels: pretrainImages(bank, indices),
          noise: host(normal(fold(key(SEED), "noise", index), BATCH * 4 * 256), [BATCH, ...LATENT]),
        };
      },
      async finish() {
        const tensors = step.weights();
        const scaling_factor = await latentScale(tensors, bank);
        return { tensors, config: { ...MINI_VAE, scaling_factor } };
      },
    };
  },
};

const DECODER_POOL = 8000;
const PART = 500;
const isDecoder = (name: string) => /^(decoder|post_quant_conv)\./.test(name);

/**
 * Trains the committed autoencoder's decoder further. The encoder stays as it is to the bit, so whatever was trained on its latents stays
 * valid.
 */
export const VAE_DECODER_RECIPE: Recipe = {
  part: "vae",
  steps: 2000,
  batchSize: BATCH,
  seed: SEED + 1,
  schedule: (steps) => ({ kind: "cosine", lr: 2e-3, warmup: 50, total: steps }),
  summary:
    "then the decoder alone, encoder frozen: L1 + 4·MSE + 4·MSE of 8×8 means, AdamW 2e-3 cosine, EMA 0.995",
  async prepare(bank, { notify, ...options }) {
    const { config: header, tensors } = await readCheckpoint("vae");
    const vae = header as unknown as VaeConfig;
    const encoder = latentEncoder({ config: vae, params: tensors });
    const images: Uint8Array[] = [];
    const latents: Float32Array[] = [];
    for (let first = 0; first < DECODER_POOL; first += PART) {
      const pool = imagePool(bank, 2_000_000 + first, PART);
      images.push(...pool.images);
      latents.push(...await encoder.run(pool.images));
    }
    await encoder.dispose();
    notify(`${DECODER_POOL} scenes encoded`);
    const { trainable, frozen } = partition(tensors, isDecoder);
    const step = await compileTrainStep({
      compile: options.compile,
      frozen: {},
      trainable,
      inputs: { pixels: { shape: [BATCH, 3, 64, 64] }, latent: { shape: [BATCH, ...LATENT] } },
      clipNorm: 1,
      separable: true,
      emaDecay: 0.995,
      loss: (params, _frozen, { pixels, latent }) => ({
        loss: reconstructionLoss(vaeDecode(params, vae, latent as Tensor), pixels as Tensor),
      }),
    });
    return {
      step,
      batch: (index) => {
        const source = stream(fold(key(SEED + 1), "images", index));
        const pixels = new Float32Array(BATCH * 3 * 64 * 64);
        const latent = new Float32Array(BATCH * 4 * 16 * 16);
        for (let i = 0; i < BATCH; i++) {
          const item = source.int(0, DECODER_POOL - 1);
          pixels.set(toModelImage(images[item]!), i * 3 * 64 * 64);
          latent.set(latents[item]!, i * 4 * 16 * 16);
        }
        return { pixels, latent };
      },
      finish() {
        const { recipe, ...config } = header as { recipe?: unknown };
        const weights = { ...step.weights(), ...frozen };
        const ordered = Object.fromEntries(Object.keys(tensors).map((name) => [name, weights[name]!]));
        return Promise.resolve({ tensors: ordered, config: { ...config, earlier: recipe } });
      },
    };
  },
};
