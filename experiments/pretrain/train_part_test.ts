import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  fold,
  host,
  type Key,
  key,
  normal,
  stream,
  type Tensor,
  tf,
  UserError,
} from "../../lib/engine/mod.ts";
import { type Bank, loadBank } from "../../lib/tasks/mod.ts";
import { compileTrainStep, MUON_OPTIMIZER } from "../../lib/training/mod.ts";
import { checkpointPath, encodeCheckpoint, readCheckpoint } from "../mini/checkpoints.ts";
import { batchKey, type Training } from "../parts/part.ts";
import { Stopped } from "../runner/mod.ts";
import { VAE } from "../parts/vae/mod.ts";
import { pretrainImages } from "../parts/vae/train.ts";
import { type Start, type TrainedPart, trainedPart, trainPart } from "./train_part.ts";
import {
  decodeWorkingState,
  encodeWorkingState,
  readWorkingState,
  type WorkingState,
  writeWorkingState,
} from "./working_state.ts";

const bank = { hash: "abc" } as Bank;

/** Learns the mean of four batches per step, from one weight; a checkpoint of "judge" is what it reads. */
const part: TrainedPart = {
  name: "vae",
  reads: ["judge"],
  recipe: {
    steps: 4,
    batch: 4,
    seed: 5,
    schedule: { kind: "linear", lr: 0.1, warmup: 0 },
    summary: "The mean of batches",
  },
  async prepare(_bank, { batches }) {
    const step = await compileTrainStep({
      frozen: {},
      trainable: { mean: host([0], [1]) },
      inputs: { x: { shape: [4] } },
      loss: ({ mean }, _frozen, { x }) => ({ loss: tf.mean(tf.square(tf.sub(x as Tensor, mean as Tensor))) }),
    });
    return {
      step,
      batch: (index) => ({ x: normal(fold(batches, index), 4) }),
      finish: () => Promise.resolve({ tensors: step.weights(), config: {} }),
    };
  },
};

/** Folders that hold the checkpoint that the recipe reads. */
async function inFolders(
  work: (
    folders: { checkpoints: URL; states: URL },
    run: (start: Start, of?: TrainedPart) => Promise<string[]>,
  ) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-"));
  const url = (name: string) => pathToFileURL(`${join(folder, name)}/`);
  const folders = { checkpoints: url("checkpoints"), states: url("states") };
  mkdirSync(folders.checkpoints);
  try {
    await writeJudge(folders.checkpoints, 1);
    await work(folders, async (start, of = part) => {
      const lines: string[] = [];
      await trainPart(of, bank, { start, compile: {}, notify: (line) => lines.push(line), ...folders });
      return lines;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeJudge(folder: URL, value: number): Promise<void> {
  await Deno.writeFile(
    checkpointPath("judge", folder),
    encodeCheckpoint("judge", { w: host([value], [1]) }, {}),
  );
}

/** Leaves the working state of an interrupted training behind: what `trainPart` saves after `at` steps. */
async function interrupt(
  folders: { checkpoints: URL; states: URL },
  start: Start,
  at: number,
): Promise<void> {
  class Killed extends Error {}
  let training: Training | undefined;
  const killed: TrainedPart = {
    ...part,
    async prepare(...args) {
      const prepared = training = await part.prepare(...args);
      return {
        ...prepared,
        batch(index) {
          if (index === at) throw new Killed();
          return prepared.batch(index);
        },
      };
    },
  };
  const options = { start, compile: {}, notify: () => {}, saveEveryMs: -1, ...folders };
  await assert.rejects(trainPart(killed, bank, options), Killed);
  await training?.step.dispose();
}

Deno.test("trainPart() batches anew in a further training, and says so", async () => {
  await inFolders(async ({ checkpoints }, run) => {
    const seen: Key[] = [];
    const watched: TrainedPart = {
      ...part,
      prepare(data, options) {
        seen.push(options.batches);
        return part.prepare(data, options);
      },
    };
    const path = checkpointPath("vae", checkpoints);
    assert.equal((await run({ from: "fresh" }, watched))[0], "4 steps of batch 4, seed 5");
    const first = await readCheckpoint("vae", path);
    assert.equal((first.config.recipe as Record<string, unknown>).training, undefined);
    const judge = await readCheckpoint("judge", checkpointPath("judge", checkpoints));
    assert.deepEqual((first.config.recipe as Record<string, unknown>).reads, { judge: judge.hash });
    const [line] = await run({ from: "checkpoint", steps: 3 }, watched);
    assert.equal(line, "3 steps of batch 4, seed 5, batches of training 2");
    const { config } = await readCheckpoint("vae", path);
    assert.deepEqual(config.earlier, [first.config.recipe]);
    assert.equal((config.recipe as Record<string, unknown>).training, 2);
    assert.deepEqual(seen, [batchKey(5, 0), batchKey(5, 1)]);
  });
});

Deno.test("batchKey() is the seed's own key for a first training and another for each further one", async () => {
  assert.deepEqual(batchKey(11, 0), key(11));
  const keys = [0, 1, 2].map((earlier) => batchKey(11, earlier));
  assert.equal(new Set(keys.map((each) => JSON.stringify(each))).size, 3);
  const scenes = await loadBank();
  const [first, second] = await Promise.all(keys.map(async (batches) => {
    const training = await VAE.prepare(scenes, {
      recipe: VAE.recipe,
      batches,
      notify: () => {},
      compile: {},
    });
    const batch = await training.batch(0) as { pixels: Float32Array };
    await training.step.dispose();
    return batch.pixels;
  }));
  const own = stream(fold(key(11), "images", 0));
  assert.deepEqual(first, pretrainImages(scenes, Array.from({ length: 8 }, () => own.int(0, 1_000_000))));
  assert.notDeepEqual(second, first);
});

for (const from of ["fresh", "checkpoint"] as const) {
  Deno.test(`trainPart() resumes a ${from} start to the same weights and removes the working state`, async () => {
    await inFolders(async (folders, run) => {
      const { checkpoints, states } = folders;
      const path = checkpointPath("vae", checkpoints);
      await run({ from: "fresh" });
      const start = await Deno.readFile(path);
      await run({ from, steps: 6 });
      const undisturbed = await readCheckpoint("vae", path);
      await Deno.writeFile(path, start);
      await interrupt(folders, { from, steps: 6 }, 3);
      assert.match((await run({ from: "working state" }))[0]!, /^6 steps .*, from step 3$/);
      const resumed = await readCheckpoint("vae", path);
      assert.deepEqual(resumed.tensors, undisturbed.tensors);
      assert.deepEqual(resumed.config.earlier, undisturbed.config.earlier);
      const [recipe, expected] = [resumed, undisturbed].map(({ config }) => ({
        ...config.recipe as Record<string, unknown>,
        seconds: 0,
      }));
      assert.deepEqual(recipe, expected);
      assert.equal(existsSync(new URL("vae.state", states)), false);
      await assert.rejects(run({ from: "working state" }), /found none: leave out --resume$/);
    });
  });
}

for (const at of [2, 4]) {
  Deno.test(`trainedPart() that is asked to stop in step ${at} of 4 saves after it, and goes on to the same weights`, async () => {
    await inFolders(async ({ checkpoints }) => {
      const abort = new AbortController();
      const steps: number[] = [];
      let saved: WorkingState | undefined;
      const run = (of: TrainedPart) =>
        trainedPart(of, bank, {
          ...{ start: { from: "fresh" }, compile: {}, notify: () => {}, checkpoints, saved } as const,
          signal: abort.signal,
          save: (state) => {
            saved = decodeWorkingState(encodeWorkingState(state), "the state");
            return Promise.resolve();
          },
          onStep(step) {
            steps.push(step);
            if (step === at && steps.length === at) throw new Stopped("Stopped");
          },
        });
      const stopped: TrainedPart = {
        ...part,
        async prepare(...args) {
          const prepared = await part.prepare(...args);
          return {
            ...prepared,
            batch(index) {
              if (index === at - 1) abort.abort();
              return prepared.batch(index);
            },
          };
        },
      };
      await assert.rejects(run(stopped), Stopped);
      assert.deepEqual([saved?.step, steps], [at, [1, 2, 3, 4].slice(0, at)]);
      const path = checkpointPath("vae", checkpoints);
      await Deno.writeFile(path, (await run(part)).bytes);
      assert.deepEqual(steps, [1, 2, 3, 4]);
      const { tensors } = await readCheckpoint("vae", path);
      saved = undefined;
      await Deno.writeFile(path, (await run(part)).bytes);
      assert.deepEqual((await readCheckpoint("vae", path)).tensors, tensors);
    });
  });
}

Deno.test("trainPart(), twice at once, leaves the checkpoint that it leaves alone, and no working state", async () => {
  await inFolders(async (folders) => {
    const { checkpoints, states } = folders, path = checkpointPath("vae", checkpoints);
    const run = () =>
      trainPart(part, bank, {
        start: { from: "fresh" },
        compile: {},
        notify: () => {},
        saveEveryMs: -1,
        ...folders,
      });
    await run();
    const alone = await readCheckpoint("vae", path);
    await Promise.all([run(), run()]);
    assert.deepEqual((await readCheckpoint("vae", path)).tensors, alone.tensors);
    assert.equal(existsSync(new URL("vae.state", states)), false);
  });
});

Deno.test("trainPart() refuses to go on with the working state of another training", async () => {
  await inFolders(async (folders, run) => {
    const refused = async (names: string, of?: TrainedPart) => {
      await assert.rejects(run({ from: "working state" }, of), (error: Error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.ok(error.message.includes(`of another training (${names} differ)`), error.message);
        return true;
      });
    };
    await run({ from: "fresh" });
    await interrupt(folders, { from: "checkpoint" }, 2);
    await refused("seed", { ...part, recipe: { ...part.recipe, seed: 6 } });
    await refused("recipe", { ...part, recipe: { ...part.recipe, optimizer: MUON_OPTIMIZER } });
    await refused("recipe, batch size", {
      ...part,
      recipe: { ...part.recipe, summary: "Another", batch: 5 },
    });
    await writeJudge(folders.checkpoints, 2);
    await refused("judge");
    await writeJudge(folders.checkpoints, 1);
    const saved = await readWorkingState("vae", folders.states);
    await run({ from: "fresh", steps: 2 });
    await writeWorkingState("vae", saved, folders.states);
    await refused("starting checkpoint");
    await writeWorkingState("vae", { ...saved, identity: {} }, folders.states);
    await refused("recipe, batch size, seed, data, judge, starting checkpoint");
  });
});
