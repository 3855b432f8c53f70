/**
 * Recipe of the autoencoder: absolute and squared error, squared error of block means (flat colours are what group norms make hard to
 * learn), a little Kullback-Leibler divergence; latents are scaled to a mean square of 1 afterwards.
 */
import {
  compile,
  fold,
  host,
  type HostParams,
  key,
  normal,
  sizeOf,
  stream,
  type Tensor,
  tf,
} from "../../../lib/engine/mod.ts";
import {
  initVae,
  vaeDecode,
  vaeDivergence,
  vaeEncode,
  vaeFactor,
  vaeMean,
  vaeSample,
} from "../../../lib/diffusion/mod.ts";
import { type Bank, composePretrain, SIZE, toModelImage } from "../../../lib/tasks/mod.ts";
import { compileTrainStep, outerLayers } from "../../../lib/training/mod.ts";
import { MINI_VAE } from "../../mini/models.ts";
import { type PrepareOptions, stepOptions, type Training } from "../part.ts";

/** Weight of the divergence per latent number. */
const DIVERGENCE = 1e-4;
const SIDE = SIZE / vaeFactor(MINI_VAE);
const LATENT = [MINI_VAE.latent_channels, SIDE, SIDE] as const;
const PICTURE = [3, SIZE, SIZE] as const;

/** Images of the pre-training stream as one model input [indices.length 3 64 64]. */
export function pretrainImages(bank: Bank, indices: readonly number[]): Float32Array {
  const images = new Float32Array(indices.length * sizeOf(PICTURE));
  indices.forEach((index, i) =>
    images.set(toModelImage(composePretrain(bank, index).image), i * sizeOf(PICTURE))
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

/** 1/RMS of the latents (means, unscaled) over 256 scenes: the scaling factor. */
async function latentScale(tensors: HostParams, bank: Bank): Promise<number> {
  const count = 32;
  const program = await compile((frozen, _state, { pixels }) => ({
    outputs: { mean: vaeMean(vaeEncode(frozen, MINI_VAE, pixels as Tensor), MINI_VAE) },
  }), { frozen: tensors, inputs: { pixels: { shape: [count, ...PICTURE] } } });
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

/** Gets the training ready. */
export async function prepare(
  bank: Bank,
  { recipe, batches, compile }: PrepareOptions,
): Promise<Training> {
  const fresh = initVae(key(recipe.seed), MINI_VAE);
  const step = await compileTrainStep({
    compile,
    frozen: {},
    trainable: fresh,
    outer: outerLayers("vae", Object.keys(fresh)),
    inputs: { pixels: { shape: [recipe.batch, ...PICTURE] }, noise: { shape: [recipe.batch, ...LATENT] } },
    clipNorm: 1,
    separable: true,
    ...stepOptions(recipe),
    loss: (params, _frozen, { pixels, noise }) => {
      const moments = vaeEncode(params, MINI_VAE, pixels as Tensor);
      const decoded = vaeDecode(params, MINI_VAE, vaeSample(moments, MINI_VAE, noise as Tensor));
      const reconstruction = reconstructionLoss(decoded, pixels as Tensor);
      const divergence = tf.div(tf.mean(vaeDivergence(moments)), sizeOf(LATENT));
      return { loss: tf.add(reconstruction, tf.mul(divergence, DIVERGENCE)), aux: { reconstruction } };
    },
  });
  return {
    step,
    batch: (index) => {
      const source = stream(fold(batches, "images", index));
      const indices = Array.from({ length: recipe.batch }, () => source.int(0, 1_000_000));
      return {
        pixels: pretrainImages(bank, indices),
        noise: host(normal(fold(batches, "noise", index), recipe.batch * sizeOf(LATENT)), [
          recipe.batch,
          ...LATENT,
        ]),
      };
    },
    async finish() {
      const tensors = step.weights();
      const scaling_factor = await latentScale(tensors, bank);
      return { tensors, config: { ...MINI_VAE, scaling_factor } };
    },
  };
}
