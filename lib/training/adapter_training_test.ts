/** Laws of adapter training (Sec. 3.5) on a tiny U-Net: the base is left alone, an untrained Instruct model is IPAdapter+. */
import assert from "node:assert/strict";
import {
  imageContext,
  initImageContext,
  initResampler,
  instructFromPlus,
  instructResampler,
  type InstructResamplerConfig,
  plusConfig,
  resampler,
} from "../adapter/mod.ts";
import { initUnet, noiseSchedule, SD_SCHEDULE, unet, type UnetConfig } from "../diffusion/mod.ts";
import {
  combine,
  fold,
  type HostParams,
  key,
  normal,
  type Params,
  prefixed,
  scope,
  type Tensor,
} from "../engine/mod.ts";
import { meanSquaredError, noisyBatch, noisyBatchSpecs } from "./noise_prediction.ts";
import { compileTrainStep, type TrainStepOptions } from "./train_step.ts";

const BATCH = 2;
const LATENT = [BATCH, 4, 8, 8];
const UNET: UnetConfig = {
  in_channels: 4,
  out_channels: 4,
  down_block_types: ["CrossAttnDownBlock2D", "DownBlock2D"],
  up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D"],
  block_out_channels: [8, 8],
  layers_per_block: 1,
  norm_num_groups: 4,
  cross_attention_dim: 6,
  attention_head_dim: 2,
};
const INSTRUCT: InstructResamplerConfig = {
  class: "ResamplerInstruct",
  dim: 8,
  depth: 2,
  dim_head: 4,
  heads: 2,
  num_queries: 3,
  output_dim: 6,
  ff_mult: 2,
  embedding_dim_image_embeds: 5,
  embedding_dim_instruct_embeds: 7,
};
const PLUS = plusConfig(INSTRUCT);

const root = key("adapter training");
const base = initUnet(fold(root, "unet"), UNET);
const plus = initResampler(fold(root, "plus"), PLUS);
const context = prefixed(initImageContext(UNET, base), "ip_adapter");
const instruct = instructFromPlus(fold(root, "instruct"), INSTRUCT, { plus });

const inputs = {
  ...noisyBatchSpecs(LATENT),
  text: { shape: [BATCH, 4, 6] },
  image: { shape: [BATCH, 5, 5] },
  instruction: { shape: [BATCH, 1, 7] },
};
const schedule = noiseSchedule(SD_SCHEDULE);
const batch = (step: number) => {
  const own = fold(root, "batch", step);
  const draw = (name: string, size: number) => normal(fold(own, name), size);
  return {
    ...noisyBatch(own, schedule, draw("latents", BATCH * 256), BATCH),
    text: draw("text", BATCH * 24),
    image: draw("image", BATCH * 25),
    instruction: draw("instruction", BATCH * 7),
  };
};

type Project = (params: Params, fed: Params) => Tensor;
const instructed: Project = (params, fed) =>
  instructResampler(params, { imageEmbeds: fed.image!, instructEmbeds: fed.instruction! }, INSTRUCT);
const plain: Project = (params, fed) => resampler(params, fed.image!, PLUS);

/** The step of an adapter; it also reports the base model's own prediction, and the adapter's at scale 0. */
function options(projection: HostParams, project: Project): TrainStepOptions {
  return {
    frozen: prefixed(base, "unet"),
    trainable: combine(prefixed(projection, "image_proj"), context),
    inputs,
    clipNorm: 1,
    loss: (params, frozen, fed) => {
      const { sample, timestep, text, noise } = fed as Record<
        "sample" | "timestep" | "text" | "noise",
        Tensor
      >;
      const tokens = project(scope(params, "image_proj"), fed);
      const predict = (scale?: number) =>
        unet(scope(frozen, "unet"), UNET, {
          sample,
          timestep,
          text,
          ...(scale === undefined ? {} : { imageContexts: [imageContext(params, tokens, { scale })] }),
        });
      return { loss: meanSquaredError(predict(1), noise), aux: { base: predict(), none: predict(0) } };
    },
  };
}
const same = (a: HostParams, b: HostParams, name: string) =>
  assert.deepEqual(a[name]!.data.slice(), b[name]!.data.slice());

Deno.test("Training an adapter moves every adapter tensor and leaves every frozen one bit-identical", async () => {
  const before = structuredClone({ base, instruct });
  const step = await compileTrainStep(options(instruct, instructed));
  const first = structuredClone((await step.run(batch(0), { step: 0, learningRate: 0.01 })).aux);
  for (let i = 1; i < 6; i++) await step.run(batch(i), { step: i, learningRate: 0.01 });
  const { aux } = await step.run(batch(0), { step: 6, learningRate: 0.01 });
  same(aux, first, "base");
  same(aux, first, "none");
  same(aux, { none: aux.base! }, "none");
  assert.deepEqual({ base, instruct }, before);
  const start = combine(prefixed(instruct, "image_proj"), context);
  for (const [name, { data }] of Object.entries(step.weights())) {
    assert.ok(data.some((x, i) => x !== start[name]!.data[i]), `${name} did not move`);
  }
  await step.dispose();
});

Deno.test("An untrained Instruct adapter has IPAdapter+'s loss whatever the instruction, a trained one heeds it", async () => {
  const [ours, theirs] = [
    await compileTrainStep(options(instruct, instructed)),
    await compileTrainStep(options(plus, plain)),
  ];
  const still = { step: 0, learningRate: 0 };
  const other = { ...batch(0), instruction: normal(fold(root, "other"), BATCH * 7) };
  const [mine, mineToo] = [(await ours.run(batch(0), still)).loss, (await ours.run(other, still)).loss];
  const reference = (await theirs.run(batch(0), still)).loss;
  assert.equal(mine, mineToo);
  assert.ok(Math.abs(mine - reference) <= 1e-6 * reference, `${mine}, expected ${reference}`);
  for (let i = 0; i < 20; i++) await ours.run(batch(i), { step: i, learningRate: 0.02 });
  const [a, b] = [(await ours.run(batch(0), still)).loss, (await ours.run(other, still)).loss];
  assert.ok(Math.abs(a - b) > 1e-6, `${a} and ${b}`);
  await ours.dispose();
  await theirs.dispose();
});
