import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { imageContextShapes } from "../../lib/adapter/mod.ts";
import { compile, fold, key, readWeight, stream, UserError, type Weights } from "../../lib/engine/mod.ts";
import { compileAdapterStep, mixedBatch, PAPER_RECIPE, type TrainStep } from "../../lib/training/mod.ts";
import { buildCommand } from "../data/build/build_command.ts";
import { writeCaptionedFolder, writeCoco } from "../data/testdata/tiny_sources.ts";
import { type EncodedPairs, encodedPairs } from "./encoded_pairs.ts";
import { rounded, type RowEncoder } from "./encoding_cache.ts";
import { loadPaperModels, type PaperModels } from "./paper_models.ts";
import { openInstructionEncoder, openLatentEncoder, openTokenEncoder } from "./picture_encoders.ts";
import { inTinyFolder } from "./testdata/tiny_folder.ts";
import { PAPER_INSTRUCT } from "./tiny_models.ts";

const SIDE = 16;

/** Pairs of two tasks built from tiny sources, and tiny models. */
const withPairs = (
  test: (parts: {
    folder: string;
    models: PaperModels;
    open: (task: "replication" | "object") => Promise<EncodedPairs>;
    noImage: Float32Array;
    latents: RowEncoder;
  }) => Promise<void>,
) =>
  inTinyFolder(async (folder, places) => {
    writeCaptionedFolder(join(folder, "source"), 5);
    writeCoco(folder, 5);
    writeFileSync(
      join(folder, "captions.jsonl"),
      [1, 2, 3, 4, 5].map((i) => JSON.stringify({ image: `00000${i}.png`, caption: `a square ${i}` })).join(
        "\n",
      ),
    );
    const few = { count: "3", validation: "1" };
    const build = (task: "replication" | "object", options: Record<string, string>) =>
      buildCommand(task, join(folder, task), { values: new Map(Object.entries({ ...few, ...options })) });
    await build("replication", { pictures: join(folder, "source") });
    await build("object", {
      coco: join(folder, "instances.json"),
      pictures: join(folder, "pictures"),
      captions: join(folder, "captions.jsonl"),
    });
    const models = await loadPaperModels(places, { adapter: join(folder, "own-instruct.safetensors") });
    const latents = await openLatentEncoder(models, { side: SIDE, make: compile });
    const tokens = await openTokenEncoder(models, { make: compile });
    const instruction = await openInstructionEncoder(models, { make: compile });
    const encoders = { latents, tokens, instruction, tokenizer: models.tokenizer, vae: models.vae.config };
    const open = (task: "replication" | "object") =>
      encodedPairs(task, join(folder, task), { cache: join(folder, "rows"), encoders, choice: "random" });
    try {
      await test({ folder, models, open, latents, noImage: await tokens.none() });
    } finally {
      for (const part of [latents, tokens, instruction]) await part.dispose();
    }
  });

const inMemory = (weights: Weights) =>
  Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, readWeight(weight)]));

Deno.test("encodedPairs() gives each pair's latents, tokens, prompt and a wording, encoded once", () =>
  withPairs(async ({ folder, open, models, latents }) => {
    const pairs = await open("object");
    assert.deepEqual([pairs.items, pairs.encoded], [3, 6]);
    const item = (index: number, seed: number) => pairs.item(index, stream(key(seed)));
    const first = item(0, 1);
    assert.deepEqual(item(0, 1), first);
    assert.deepEqual(
      [first.latent.length, first.image.length, first.ids.length, first.instruction?.length],
      [4 * 8 * 8, 5 * 10, 16, 6],
    );
    const other = item(0, 2);
    assert.deepEqual(other.image, first.image);
    assert.notDeepEqual(other.latent, first.latent, "the latents are a sample");
    assert.notDeepEqual(item(1, 1).image, first.image);
    assert.ok(first.latent.every(Number.isFinite));
    assert.deepEqual([...first.ids.subarray(0, 1)], [models.tokenizer.begin]);
    const { target } = JSON.parse(
      readFileSync(join(folder, "object/train.jsonl"), "utf8").split("\n")[0] as string,
    );
    const moments = rounded(await latents.encode(readFileSync(join(folder, "object", target))));
    const mean = pairs.item(0, { ...stream(key(1)), normal: () => 0 }).latent;
    const { scaling_factor } = models.vae.config;
    assert.deepEqual(
      mean,
      Float32Array.from(moments.subarray(0, mean.length), (value) => scaling_factor * value),
    );
    const one = pairs.item(0, { ...stream(key(1)), normal: () => 1 }).latent;
    one.forEach((value, i) => {
      const std = Math.exp(moments[mean.length + i]! / 2);
      assert.ok(Math.abs(value - scaling_factor * (moments[i]! + std)) <= 1e-5 * (1 + Math.abs(value)));
    });
    pairs.close();
    const again = await open("object");
    assert.equal(again.encoded, 0);
    assert.deepEqual(again.item(0, stream(key(1))), first);
    again.close();
  }));

Deno.test("an adapter trains on built and encoded pairs of two tasks, accumulating, and goes on from a snapshot to the same bits", () =>
  withPairs(async ({ open, models, noImage }) => {
    const tasks = [await open("replication"), await open("object")];
    const adapter = inMemory(models.adapter.params);
    const step = () =>
      compileAdapterStep({
        unet: models.unet,
        text: models.text,
        projection: PAPER_INSTRUCT,
        adapter,
        batch: 4,
        accumulate: 2,
        side: SIDE / 2,
        imageTokens: 5,
        recipe: { ...PAPER_RECIPE },
      });
    const batch = (i: number) =>
      mixedBatch(fold(key("training"), i), tasks, {
        batch: 4,
        schedule: models.schedule,
        noImage,
        noText: models.tokenizer.encode([""]),
        recipe: PAPER_RECIPE,
      });
    const run = async (on: TrainStep, first: number, last: number) => {
      const losses: number[] = [];
      for (let i = first; i < last; i++) {
        losses.push((await on.run(batch(i), { step: i, learningRate: 1e-3 })).loss);
      }
      return losses;
    };
    const [one, two] = [await step(), await step()];
    const losses = await run(one, 0, 4);
    assert.ok(losses.every((loss) => loss > 0 && Number.isFinite(loss)));
    await run(two, 0, 2);
    const snapshot = two.snapshot();
    await two.dispose();
    const resumed = await step();
    resumed.restore(snapshot);
    assert.deepEqual(await run(resumed, 2, 4), losses.slice(2));
    assert.deepEqual(resumed.weights(), one.weights());
    assert.ok(
      Object.keys(imageContextShapes(models.unet.config)).every((name) =>
        `ip_adapter.${name}` in one.weights() || name in one.weights()
      ),
    );
    for (const each of [one, resumed]) await each.dispose();
    for (const task of tasks) task.close();
  }));

Deno.test("encodedPairs() says in one sentence which line or picture is wrong", () =>
  withPairs(async ({ open, folder }) => {
    const fails = (task: "replication" | "object", pattern: RegExp) =>
      assert.rejects(open(task), (error) => error instanceof UserError && pattern.test(error.message));
    const path = join(folder, "object/train.jsonl");
    writeFileSync(path, '{"condition":"a.png","target":"b.png","prompt":"p"}\n');
    await fails("object", /train\.jsonl:1 as deno task data check wants it, got no "object"$/);
    writeFileSync(path, '{"condition":"a.png","target":"b.png","prompt":"p","object":"o"}\n');
    await fails("object", /expected the picture .*b\.png, got none$/);
    writeFileSync(path, "{\n");
    await fails("object", /got a line that is no JSON$/);
    rmSync(path);
    await fails("object", /train\.jsonl as deno task data check wants it, got nothing there$/);
  }));
