import assert from "node:assert/strict";
import { combine, fold, type HostParams, key, normal, prefixed, scope, type Tensor } from "../engine/mod.ts";
import { createCaptionTokenizer, initTextTower, textTower, type TextTowerConfig } from "../clip/mod.ts";
import {
  initControlnet,
  initLora,
  initUnet,
  noiseSchedule,
  SD_SCHEDULE,
  unet,
  type UnetConfig,
} from "../diffusion/mod.ts";
import { evaluate } from "../golden/evaluate.ts";
import { initAlignmentHead } from "./alignment.ts";
import { compileBaseStep, compileControlnetStep, compileLoraStep } from "./base_steps.ts";
import { minSnrWeights, noisyBatch } from "./noise_prediction.ts";
import type { TrainStep } from "./train_step.ts";
import { train } from "./trainer.ts";

const BATCH = 2;
const LATENT = 4 * 16 * 16;
const tokenizer = createCaptionTokenizer(["a", "fox"], { length: 24 });
const config: UnetConfig = {
  sample_size: 16,
  in_channels: 4,
  out_channels: 4,
  down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
  up_block_types: ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
  block_out_channels: [16, 16, 16],
  layers_per_block: 1,
  norm_num_groups: 4,
  cross_attention_dim: 128,
  attention_head_dim: 4,
};
const text: TextTowerConfig = {
  vocab_size: tokenizer.size,
  max_position_embeddings: 24,
  hidden_size: 128,
  intermediate_size: 256,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  projection_dim: 128,
  eos_token_id: tokenizer.end,
  hidden_act: "quick_gelu",
  layer_norm_eps: 1e-5,
};
const base = {
  unet: { config, params: initUnet(key(1), config) },
  text: { config: text, params: initTextTower(key(2), text, { projection: false }) },
};

function batch(index: number) {
  const own = fold(key("test"), index);
  const noisy = noisyBatch(own, noiseSchedule(SD_SCHEDULE), normal(fold(own, "z"), BATCH * LATENT), {
    batch: BATCH,
  });
  return {
    ...noisy,
    weights: minSnrWeights(noiseSchedule(SD_SCHEDULE), noisy.timestep),
    ids: tokenizer.encode(["a fox", ""]),
  };
}
const conditioning = Float32Array.from({ length: BATCH * 3 * 4096 }, (_, i) => (i % 7) / 7);

/** The loss of the base alone. */
async function plainLoss(): Promise<number> {
  const feeds = batch(0);
  const { noise } = await evaluate((params, inputs) => {
    const { lastHiddenState } = textTower(scope(params, "text"), text, inputs.ids as Tensor);
    const { sample, timestep } = inputs as Record<string, Tensor>;
    return {
      noise: unet(scope(params, "unet"), config, {
        sample: sample as Tensor,
        timestep: timestep as Tensor,
        text: lastHiddenState,
      }),
    };
  }, {
    params: Object.fromEntries([
      ...Object.entries(base.unet.params).map(([name, array]) => [`unet.${name}`, array]),
      ...Object.entries(base.text.params).map(([name, array]) => [`text.${name}`, array]),
    ]) as HostParams,
    inputs: {
      sample: { dtype: "float32", shape: [BATCH, 4, 16, 16], data: feeds.sample },
      timestep: { dtype: "float32", shape: [BATCH], data: feeds.timestep },
      ids: { dtype: "int32", shape: [BATCH, 24], data: feeds.ids },
    },
  });
  let sum = 0;
  (noise!.data as Float32Array).forEach((value, i) =>
    sum += (value - feeds.noise[i]!) ** 2 * feeds.weights[Math.floor(i / LATENT)]! / (BATCH * LATENT)
  );
  return sum;
}

/** Losses of three steps, and the same with an interruption after the first. */
async function runs(step: TrainStep, more: Record<string, Float32Array>) {
  const options = {
    steps: 3,
    schedule: { kind: "linear", lr: 1e-2, warmup: 0, total: 3 } as const,
    batch: () => ({ ...batch(0), ...more }),
  };
  const losses: number[] = [];
  let saved: HostParams = {};
  for await (const event of train(step, options)) {
    losses.push(event.loss);
    if (event.step === 1) saved = step.snapshot();
  }
  const weights = step.weights();
  for await (const _ of train(step, { ...options, resume: { step: 1, state: saved } })) { /* goes on */ }
  assert.deepEqual(step.weights(), weights);
  return losses;
}

Deno.test("a fresh ControlNet has the base's own loss, which training then lowers, also after an interruption", async () => {
  const { sample_size: _, up_block_types: _up, out_channels: _out, ...contracting } = config;
  const controlnet = { ...contracting, conditioning_embedding_out_channels: [16, 32, 64] };
  const trainable = initControlnet(key(3), controlnet, base.unet.params);
  const step = await compileControlnetStep(controlnet, { base, trainable, batch: BATCH });
  const losses = await runs(step, { conditioning });
  assert.ok(Math.abs(losses[0]! - await plainLoss()) < 1e-5, `${losses[0]}`);
  assert.ok(losses[2]! < losses[0]!, `${losses}`);
  await step.dispose();
});

Deno.test("a fresh LoRA has the base's own loss, which training then lowers, also after an interruption", async () => {
  const targets = Object.keys(base.unet.params).filter((name) => /\.attn2\.to_[qkv]\.weight$/.test(name));
  const trainable = initLora(key(4), base.unet.params, { targets, rank: 4 });
  const step = await compileLoraStep({ base, trainable, batch: BATCH });
  const losses = await runs(step, {});
  assert.ok(Math.abs(losses[0]! - await plainLoss()) < 1e-5, `${losses[0]}`);
  assert.ok(losses[2]! < losses[0]!, `${losses}`);
  await step.dispose();
});

Deno.test("an aligned base adds the term to its own loss, and learns to say the tokens", async () => {
  const alignment = { side: 8, width: 6, weight: 0.5 };
  const trainable = combine(
    prefixed(base.unet.params, "unet"),
    prefixed(base.text.params, "text_encoder"),
    prefixed(initAlignmentHead(key(5), 16, alignment), "alignment"),
  );
  const step = await compileBaseStep({ unet: config, text, trainable, batch: BATCH, alignment });
  const feeds = { ...batch(0), tokens: normal(key(6), BATCH * 64 * 6) };
  const terms: number[] = [];
  for (let i = 0; i < 8; i++) {
    const { loss, aux } = await step.run(feeds, { step: i, learningRate: 1e-2 });
    const error = aux.error!.data[0] as number;
    if (i === 0) assert.ok(Math.abs(error - await plainLoss()) < 1e-5, `${error}`);
    terms.push((loss - error) / alignment.weight);
  }
  assert.ok(Math.abs(terms[0]! - 1) < 0.2, `${terms}`);
  assert.ok(terms[7]! < terms[0]! - 0.1, `${terms}`);
  await step.dispose();
});
