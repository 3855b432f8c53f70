import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { imageContextShapes } from "../../lib/adapter/mod.ts";
import { key, readSafetensors, stream, UserError } from "../../lib/engine/mod.ts";
import { PAPER_RECIPE } from "../../lib/training/mod.ts";
import { buildCommand } from "../data/build/build_command.ts";
import { writeCaptionedFolder, writeCoco } from "../data/tiny_pictures.ts";
import { TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";
import type { Checkpoint, StageContext, StageOutput } from "../runner/mod.ts";
import type { EncodeRequest, TrainReport, TrainRequest } from "../setting/model_requests.ts";
import { encodeDataset } from "./encode_dataset.ts";
import { openTask } from "./encoded_task.ts";
import { rounded } from "./encoding_cache.ts";
import { emptySlots } from "./open_slots.ts";
import { pairHashes, type PaperFolders } from "./paper_inputs.ts";
import { encodersFor, stageModels } from "./stage_models.ts";
import { inTinyFolder } from "./testdata/tiny_folder.ts";
import { trainAdapter } from "./train_adapter.ts";

type Task = "replication" | "object";
const TASKS: readonly Task[] = ["replication", "object"];

/** A stage's context that keeps what is written. */
function stage(folder: string, { abortAt = Infinity, saved }: { abortAt?: number; saved?: Checkpoint } = {}) {
  const files = new Map<string, Uint8Array>();
  const notices: string[] = [], abort = new AbortController();
  let checkpoint = saved;
  const context: StageContext = {
    inputs: new Map(),
    input: () => assert.fail(),
    ancestors: [],
    write: (name, content) =>
      void files.set(name, typeof content === "string" ? new TextEncoder().encode(content) : content),
    progress(done, _total, unit) {
      if (unit === "steps" && done === abortAt) throw new Error("killed");
    },
    notice: (text) => void notices.push(text),
    watch: () => {},
    saveCheckpoint(step, kept, state = null) {
      checkpoint = { step, files: kept, state };
      return Promise.resolve();
    },
    loadLatestCheckpoint: () => Promise.resolve(checkpoint),
    signal: abort.signal,
    cacheFolder: join(folder, "stages"),
  };
  const output = {
    bytes: (name: string) => Promise.resolve(files.get(name) as Uint8Array),
    text: (name: string) => Promise.resolve(new TextDecoder().decode(files.get(name))),
  } as StageOutput;
  return { context, files, output, notices, saved: () => checkpoint as Checkpoint };
}

const request = (task: Task, trainItems = 3): EncodeRequest => ({
  ...{ scale: "paper", task, trainItems, validationItems: 1, device: "cpu" },
});

/** A training of four steps. */
const asked = (microBatch: number): TrainRequest => ({
  scale: "paper",
  variant: { kind: "instruct" },
  tasks: TASKS,
  instructions: "random",
  seed: 1,
  steps: 4,
  batch: 4,
  recipe: { ...PAPER_RECIPE, learningRate: 1e-3 },
  validateEvery: 4,
  validateItems: 1,
  samplerSteps: 2,
  guidance: 2,
  device: "cpu",
  microBatch,
});

/** Pairs of two tasks built from tiny sources, and tiny models. */
const withPairs = (test: (folder: string, folders: PaperFolders) => Promise<void>) =>
  inTinyFolder(async (folder) => {
    writeCaptionedFolder(join(folder, "source"), 5);
    writeCoco(folder, 5);
    writeFileSync(
      join(folder, "captions.jsonl"),
      [1, 2, 3, 4, 5].map((i) => JSON.stringify({ image: `00000${i}.png`, caption: `a square ${i}` })).join(
        "\n",
      ),
    );
    const few = { count: "3", validation: "1" };
    const build = (task: Task, options: Record<string, string>) =>
      buildCommand(task, join(folder, "data", task), {
        values: new Map(Object.entries({ ...few, ...options })),
      });
    await build("replication", { pictures: join(folder, "source") });
    await build("object", {
      coco: join(folder, "instances.json"),
      pictures: join(folder, "pictures"),
      captions: join(folder, "captions.jsonl"),
    });
    try {
      await test(folder, { models: folder, data: join(folder, "data") });
    } finally {
      await emptySlots("encoding", "training", "sampling", "scoring");
    }
  });

async function open(task: Task, output: StageOutput, context: StageContext, folders: PaperFolders) {
  const models = await stageModels(folders);
  return await openTask(task, output, { models, folders, device: "cpu", instructions: "random", context });
}

Deno.test("encodeDataset() gives each pair's latents, tokens, prompt and a wording; what the cache has lost is encoded again", () =>
  withPairs(async (folder, folders) => {
    const models = await stageModels(folders);
    const { context, output, notices } = stage(folder);
    await encodeDataset(request("object", 5), context, folders);
    assert.match(notices.join(), /has 3 pairs to train on, fewer than the budget's 5$/);
    const pairs = await open("object", output, context, folders);
    assert.equal(pairs.items, 3);
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
    assert.deepEqual([...first.ids.subarray(0, 1)], [models.tokenizer.begin]);
    const { target } = JSON.parse(
      readFileSync(join(folder, "data/object/train.jsonl"), "utf8").split("\n")[0] as string,
    );
    const { latents } = await encodersFor(models, "cpu");
    const moments = rounded(await latents.encode(readFileSync(join(folder, "data/object", target))));
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
    rmSync(join(folder, "stages", "encodings"), { recursive: true });
    const again = await open("object", output, context, folders);
    assert.match(notices.at(-1) as string, /encodings of object are not there or damaged and are made again/);
    assert.deepEqual(again.item(0, stream(key(1))), first);
    again.close();
  }));

Deno.test("trainAdapter() trains on pairs of two tasks in parts of a batch; killed between two steps it goes on to the same bits", () =>
  withPairs(async (folder, folders) => {
    const datasets = new Map<Task, StageOutput>();
    for (const task of TASKS) {
      const { context, output } = stage(folder);
      await encodeDataset(request(task), context, folders);
      datasets.set(task, output);
    }
    const train = async (to: ReturnType<typeof stage>, microBatch = 2): Promise<TrainReport> =>
      await trainAdapter(asked(microBatch), { datasets }, to.context, folders);
    const calm = stage(folder);
    const report = await train(calm);
    assert.ok(report.finalLoss > 0 && Number.isFinite(report.finalLoss));
    assert.deepEqual(
      report.validation.map(({ task, step, metric, n }) => [task, step, metric, n]),
      [["replication", 4, "CLIP-I", 1], ["replication", 4, "CLIP-T", 1], ["object", 4, "CLIP-I", 1], [
        "object",
        4,
        "CLIP-P",
        1,
      ]],
    );
    const killed = stage(folder, { abortAt: 3 });
    await assert.rejects(train(killed), /killed/);
    assert.equal(killed.saved().step, 2);
    const resumed = stage(folder, { saved: killed.saved() });
    assert.deepEqual(await train(resumed), report);
    const weights = ({ files }: ReturnType<typeof stage>) =>
      readSafetensors(files.get(TRAINED_ADAPTER)!).tensors;
    assert.deepEqual(weights(resumed), weights(calm));
    const { unet } = await stageModels(folders);
    for (const name of Object.keys(imageContextShapes(unet.config))) {
      assert.ok(`ip_adapter.${name}` in weights(calm), name);
    }
    // The whole batch at once is the same training but for rounding.
    const whole = stage(folder);
    const { finalLoss } = await train(whole, 4);
    assert.ok(Math.abs(finalLoss - report.finalLoss) < 1e-5 * report.finalLoss);
  }));

Deno.test("trainAdapter() refuses a base that predicts v", () =>
  inTinyFolder(async (models) => {
    mkdirSync(join(models, "scheduler"));
    writeFileSync(
      join(models, "scheduler/scheduler_config.json"),
      JSON.stringify({ prediction_type: "v_prediction" }),
    );
    await assert.rejects(
      trainAdapter(asked(2), { datasets: new Map() }, stage(models).context, { models }),
      (error) =>
        error instanceof UserError && /predicts the noise .* got v_prediction in/.test(error.message),
    );
  }));

Deno.test("pairHashes() tell a changed picture or text, and not a touched file", () =>
  withPairs((folder, folders) => {
    const now = (trainItems = 3) => pairHashes(folders, "object", { trainItems, validationItems: 1 });
    const before = now();
    assert.deepEqual(Object.keys(before), ["object/train.jsonl", "object/val.jsonl"]);
    assert.notDeepEqual(now(2), before, "fewer pairs");
    const path = join(folder, "data/object/train.jsonl"), text = readFileSync(path, "utf8");
    const { target } = JSON.parse(text.split("\n")[0] as string);
    const picture = join(folder, "data/object", target), bytes = readFileSync(picture);
    utimesSync(picture, new Date(), new Date());
    assert.deepEqual(now(), before);
    const [last] = bytes.subarray(-1) as unknown as [number];
    writeFileSync(picture, Uint8Array.from([...bytes.subarray(0, -1), last ^ 1]));
    assert.notEqual(now()["object/train.jsonl"], before["object/train.jsonl"]);
    assert.equal(now()["object/val.jsonl"], before["object/val.jsonl"]);
    writeFileSync(picture, bytes);
    assert.deepEqual(now(), before);
    writeFileSync(path, text.replace("a square", "a circle"));
    assert.notDeepEqual(now(), before);
    return Promise.resolve();
  }));

Deno.test("encodeDataset() says in one sentence which line or picture is wrong", () =>
  withPairs(async (folder, folders) => {
    const fails = (pattern: RegExp) =>
      assert.rejects(
        encodeDataset(request("object"), stage(folder).context, folders),
        (error) => error instanceof UserError && pattern.test(error.message),
      );
    const path = join(folder, "data/object/train.jsonl");
    writeFileSync(path, '{"condition":"a.png","target":"b.png","prompt":"p"}\n');
    await fails(/train\.jsonl:1 as deno task data check wants it, got no "object"$/);
    writeFileSync(path, '{"condition":"a.png","target":"b.png","prompt":"p","object":"o"}\n');
    await fails(/expected the picture .*b\.png, got none$/);
    assert.throws(
      () => pairHashes(folders, "object", { trainItems: 1, validationItems: 0 }),
      (error) => error instanceof UserError && /expected the picture .*a\.png, got none$/.test(error.message),
    );
    writeFileSync(path, "{\n");
    await fails(/got a line that is no JSON$/);
    rmSync(path);
    await fails(/train\.jsonl as deno task data check wants it, got nothing there$/);
  }));
