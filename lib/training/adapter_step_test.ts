/** Laws of adapter training (Sec. 3.5) on a tiny U-Net: the base is left alone, an untrained Instruct model is IPAdapter+. */
import assert from "node:assert/strict";
import {
  imageContext,
  initImageContext,
  initResampler,
  type InstructResamplerConfig,
  plusConfig,
  projectImage,
} from "../adapter/mod.ts";
import { initTextTower, type TextTowerConfig } from "../clip/mod.ts";
import { initUnet, noiseSchedule, SD_SCHEDULE, unet, type UnetConfig } from "../diffusion/mod.ts";
import { TINY_UNET } from "../diffusion/tiny_unet.ts";
import {
  combine,
  eager,
  fold,
  type HostParams,
  key,
  leaf,
  normal,
  prefixed,
  scope,
  type Tensor,
} from "../engine/mod.ts";
import { type AdapterItem, type AdapterItems, mixedBatch } from "./adapter_batch.ts";
import { PAPER_RECIPE } from "./adapter_recipe.ts";
import { type AdapterStepOptions, compileAdapterStep, freshInstruct } from "./adapter_step.ts";
import type { TrainStep } from "./train_step.ts";
import { train } from "./trainer.ts";

const BATCH = 2;
const LATENT = 4 * 8 * 8;
const IMAGE_TOKENS = 5;
const UNET: UnetConfig = { ...TINY_UNET, sample_size: 8, cross_attention_dim: 6 };
const TEXT: TextTowerConfig = {
  vocab_size: 11,
  max_position_embeddings: 4,
  hidden_size: 6,
  intermediate_size: 12,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  projection_dim: 6,
  eos_token_id: 10,
  hidden_act: "quick_gelu",
  layer_norm_eps: 1e-5,
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
const text = initTextTower(fold(root, "text"), TEXT, { projection: false });
const plus = {
  projection: { params: initResampler(fold(root, "plus"), PLUS) },
  context: initImageContext(UNET, base),
};
const recipe = { ...PAPER_RECIPE, lossWeighting: "velocity" } as const;
const instruct = freshInstruct(fold(root, "instruct"), INSTRUCT, { plus, recipe });
const plain = combine(
  prefixed(plus.projection.params, "image_proj"),
  prefixed(plus.context, "ip_adapter"),
);

const schedule = noiseSchedule(SD_SCHEDULE);
/** Endless items of one task, all different. */
const task = (name: string): AdapterItems => ({
  items: 100,
  item(index): AdapterItem {
    const own = fold(root, name, index);
    return {
      latent: normal(fold(own, "latent"), LATENT),
      image: normal(fold(own, "image"), IMAGE_TOKENS * INSTRUCT.embedding_dim_image_embeds),
      ids: Int32Array.of(0, index % 10, 10, 10),
      instruction: normal(fold(own, "instruction"), INSTRUCT.embedding_dim_instruct_embeds),
    };
  },
});
const tasks = [task("one"), task("two")];
const batch = (step: number, size = BATCH) =>
  mixedBatch(fold(root, "batch", step), tasks, {
    batch: size,
    schedule,
    noImage: new Float32Array(IMAGE_TOKENS * INSTRUCT.embedding_dim_image_embeds),
    noText: Int32Array.of(0, 10, 10, 10),
    recipe,
  });

/** The step of the Instruct adapter but for what `changes` says. */
const compiled = (changes: Partial<AdapterStepOptions> = {}): Promise<TrainStep> =>
  compileAdapterStep({
    unet: { config: UNET, params: base },
    text: { config: TEXT, params: text },
    projection: INSTRUCT,
    adapter: instruct,
    batch: BATCH,
    imageTokens: IMAGE_TOKENS,
    recipe,
    ...changes,
  });

/** A U-Net's prediction without an adapter, and with one at scale 0. */
async function predictions(adapter: HostParams): Promise<HostParams> {
  const fed = {
    sample: normal(fold(root, "sample"), BATCH * LATENT),
    timestep: Float32Array.of(3, 700),
    text: normal(fold(root, "tokens"), BATCH * 4 * 6),
    image: normal(fold(root, "image"), BATCH * IMAGE_TOKENS * 5),
    instruction: normal(fold(root, "words"), BATCH * 7),
  };
  const program = await eager((frozen, _state, { image, instruction, ...inputs }) => {
    const { sample, timestep, text } = inputs as Record<"sample" | "timestep" | "text", Tensor>;
    const trained = scope(frozen, "adapter");
    const tokens = projectImage(scope(trained, "image_proj"), INSTRUCT, {
      image: image as Tensor,
      instruction: instruction as Tensor,
    });
    const denoise = (more = {}) => unet(scope(frozen, "unet"), UNET, { sample, timestep, text, ...more });
    return {
      outputs: {
        base: denoise(),
        none: denoise({ imageContexts: [imageContext(trained, tokens, { scale: 0 })] }),
      },
    };
  }, {
    frozen: combine(prefixed(base, "unet"), prefixed(adapter, "adapter")),
    inputs: {
      sample: { shape: [BATCH, 4, 8, 8] },
      timestep: { shape: [BATCH] },
      text: { shape: [BATCH, 4, 6] },
      image: { shape: [BATCH, IMAGE_TOKENS, 5] },
      instruction: { shape: [BATCH, 1, 7] },
    },
  }, { backend: "cpu" });
  return structuredClone(await program.run(fed));
}

Deno.test("Training an adapter moves every adapter tensor and leaves every frozen one bit-identical", async () => {
  const before = structuredClone({ base, text, plus, instruct });
  const step = await compiled();
  const first = await step.run(batch(0), { step: 0, learningRate: 0.01 });
  for (let i = 1; i < 6; i++) await step.run(batch(i), { step: i, learningRate: 0.01 });
  const trained = step.weights();
  assert.deepEqual({ base, text, plus, instruct }, before);
  for (const [name, { data }] of Object.entries(trained)) {
    assert.ok(data.some((x, i) => x !== leaf(instruct, name).data[i]), `${name} did not move`);
  }
  const { base: alone, none } = await predictions(trained);
  assert.deepEqual(none!.data, alone!.data);
  assert.deepEqual(alone!.data, (await predictions(instruct)).base!.data);
  // The frozen weights inside the compiled step, too.
  step.reset(instruct);
  assert.deepEqual(await step.run(batch(0), { step: 0, learningRate: 0.01 }), first);
  await step.dispose();
});

Deno.test("An untrained Instruct adapter has IPAdapter+'s loss whatever the instruction, a trained one heeds it", async () => {
  const [ours, theirs] = [await compiled(), await compiled({ adapter: plain, projection: PLUS })];
  const still = { step: 0, learningRate: 0 };
  const other = { ...batch(0), instruction: normal(fold(root, "other"), BATCH * 7) };
  const { instruction: _, ...without } = batch(0);
  const [mine, mineToo] = [(await ours.run(batch(0), still)).loss, (await ours.run(other, still)).loss];
  const reference = (await theirs.run(without, still)).loss;
  assert.equal(mine, mineToo);
  assert.ok(Math.abs(mine - reference) <= 1e-6 * reference, `${mine}, expected ${reference}`);
  for (let i = 0; i < 20; i++) await ours.run(batch(i), { step: i, learningRate: 0.02 });
  const [a, b] = [(await ours.run(batch(0), still)).loss, (await ours.run(other, still)).loss];
  assert.ok(Math.abs(a - b) > 1e-6, `${a} and ${b}`);
  await ours.dispose();
  await theirs.dispose();
});

Deno.test("An adapter trained in place of the text has a loss that no prompt changes, one beside it has not", async () => {
  const still = { step: 0, learningRate: 0 };
  const other = { ...batch(0), ids: Int32Array.of(...[0, 7, 8, 10], ...[0, 9, 10, 10]) };
  for (const replacesText of [true, false]) {
    const step = await compiled({ recipe: { ...recipe, replacesText } });
    const [a, b] = [(await step.run(batch(0), still)).loss, (await step.run(other, still)).loss];
    assert.equal(a === b, replacesText, `${a} and ${b}`);
    await step.run(batch(1), { step: 0, learningRate: 0.01 });
    assert.notEqual((await step.run(batch(0), still)).loss, a);
    await step.dispose();
  }
});

Deno.test("An adapter's training goes on from a snapshot to the same bits, batches included", async () => {
  const step = await compiled();
  const options = { steps: 6, schedule: { kind: "linear", lr: 0.01, warmup: 1, total: 6 }, batch } as const;
  let saved: HostParams = {};
  const losses: number[] = [];
  for await (const event of train(step, options)) {
    losses.push(event.loss);
    if (event.step === 3) saved = step.snapshot();
  }
  const undisturbed = step.snapshot();
  const rest = await Array.fromAsync(train(step, { ...options, resume: { step: 3, state: saved } }));
  assert.deepEqual(rest.map(({ loss }) => loss), losses.slice(3));
  assert.deepEqual(step.snapshot(), undisturbed);
  await step.dispose();
});

Deno.test("freshInstruct() samples the branch's matrices with the recipe's σ and leaves its last projections zero", () => {
  const wide = freshInstruct(root, INSTRUCT, { plus, recipe: { branchStd: 0.05 } });
  const fresh = leaf(wide, "image_proj.proj_new_input.weight").data as Float32Array;
  const std = Math.sqrt(fresh.reduce((sum, x) => sum + x * x, 0) / fresh.length);
  assert.ok(std > 0.03 && std < 0.07, `${std}`);
  assert.ok(leaf(wide, "image_proj.new_input_layers.0.0.to_out.weight").data.every((x) => x === 0));
});

/** A base that does not say the side of its latents. */
const SIDELESS = { config: { ...UNET, sample_size: null }, params: base };

Deno.test("compileAdapterStep() takes ready text tokens where the base has no text encoder", async () => {
  const step = await compiled({ unet: SIDELESS, text: 4, side: 8, recipe: PAPER_RECIPE });
  const { ids: _, weights: _weights, ...fed } = batch(0);
  const { loss } = await step.run({ ...fed, text: normal(root, BATCH * 24) }, { step: 0, learningRate: 0 });
  assert.ok(loss > 0 && Number.isFinite(loss));
  await step.dispose();
});

Deno.test("compileAdapterStep() says that nothing tells the side of the latents", () => {
  assert.throws(
    () => compiled({ unet: SIDELESS, text: 4 }),
    /side from the U-Net's sample_size or as an option, got neither/,
  );
});

Deno.test("compileAdapterStep() accumulates gradients that are one big batch's within 1e-5", async () => {
  const size = 8;
  const big = batch(0, size);
  const moments: Float32Array[] = [];
  for (const accumulate of [1, 2, 4, 8]) {
    const step = await compiled({ batch: size, recipe: { ...recipe, clipNorm: 1e9 }, accumulate });
    await step.run(big, { step: 0, learningRate: 1e-4 });
    // After the first step it is a multiple of the gradient.
    moments.push(step.snapshot().m!.data as Float32Array);
    await step.dispose();
  }
  const [whole, ...parts] = moments as [Float32Array, ...Float32Array[]];
  const length = Math.hypot(...whole);
  assert.ok(length > 0);
  for (const moment of parts) {
    const error = Math.hypot(...moment.map((value, i) => value - whole[i]!)) / length;
    assert.ok(error <= 1e-5, `${error}`);
  }
});

Deno.test("compileAdapterStep() in half precision follows the step in single precision closely and keeps its weights in single", async () => {
  const trained = [];
  for (const precision of ["float32", "half"] as const) {
    const step = await compiled({ compile: { precision }, batch: 4, accumulate: 2 });
    const reports = [];
    for (let at = 0; at < 4; at++) {
      reports.push(await step.run(batch(at, 4), { step: at, learningRate: 1e-6 }));
    }
    trained.push({ reports, weights: step.weights(), moments: step.snapshot().m!.data as Float32Array });
    await step.dispose();
  }
  const [single, half] = trained as [typeof trained[number], typeof trained[number]];
  single.reports.forEach(({ loss, gradientNorm }, at) => {
    const other = half.reports[at]!;
    assert.ok(Math.abs(other.loss / loss - 1) < 1e-3, `${other.loss} ${loss}`);
    assert.ok(
      Math.abs(other.gradientNorm / gradientNorm - 1) < 1e-2,
      `${other.gradientNorm} ${gradientNorm}`,
    );
  });
  const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
  const apart = norm(single.moments.map((value, i) => value - half.moments[i]!)) / norm(single.moments);
  assert.ok(apart > 0 && apart < 1e-2, `${apart}`);
  // Steps of 1e-6 are lost where weights are rounded to 11 bits.
  const name = "image_proj.latents";
  const start = leaf(instruct, name).data as Float32Array,
    end = leaf(half.weights, name).data as Float32Array;
  assert.ok(start.filter((value, i) => value !== end[i]).length > 0.9 * start.length);
});
