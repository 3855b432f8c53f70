import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/engine/errors.ts";
import { reproduce } from "../reproduce.ts";
import { StagesFailed, Stopped } from "../runner/mod.ts";
import { coreSets, coresHere, numbersIn } from "./core_sets.ts";
import { deviceOf, executorOf, slotsOf, usualSlots } from "./executor_options.ts";
import { TOYS } from "./testdata/toy_experiment.ts";

const ENTRY = fileURLToPath(new URL("./testdata/run_toy_stage.ts", import.meta.url));

interface Session {
  readonly folder: string;
  readonly cache: string;
  readonly err: string[];
  run(args: string, signal?: AbortSignal): Promise<string>;
}

/** Runs the toy; `run` gives its result. */
async function inSession(test: (session: Session) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "slots-"));
  const err: string[] = [];
  const session = (cache: string): Session => ({
    folder,
    cache,
    err,
    async run(args, signal = new AbortController().signal) {
      const out = join(folder, "out");
      await reproduce(["toy", ...args.split(" ").filter(Boolean), "--out", out], TOYS, {
        out: () => {},
        err: (line) => err.push(line),
        terminal: false,
        width: 100,
        signal,
        cacheFolder: cache,
        stageEntry: ENTRY,
      });
      return readFileSync(join(out, "toy/mini-quick/result.json"), "utf8");
    },
  });
  const cache = join(folder, "cache");
  mkdirSync(cache);
  try {
    await test(session(cache));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Sums = Record<string, { weights: string; threads: number; device: string }>;

Deno.test("reproduce --slots gives the same bits as one process, each slot its cores and its device", () =>
  inSession(async ({ run, cache, err }) => {
    const one = JSON.parse(await run("")) as Sums;
    rmSync(join(cache, "stages"), { recursive: true });
    const many = JSON.parse(await run("--slots 2 --threads 1")) as Sums;
    assert.deepEqual(Object.keys(many), ["train-1", "train-2", "train-3"]);
    for (const [id, { weights, threads, device }] of Object.entries(many)) {
      assert.equal(weights, one[id]?.weights);
      assert.deepEqual([threads, device], [1, "none"]);
    }
    assert.match(err.join("\n"), /train-3: 40 of 40 steps[^]*train-3: done in/);
    assert.deepEqual(readdirSync(join(cache, "plans")), []);
    rmSync(join(cache, "stages"), { recursive: true });
    const devices = JSON.parse(await run("--devices cuda:3,cuda:5")) as Sums;
    assert.deepEqual(new Set(Object.values(devices).map(({ device }) => device)), new Set(["3", "5"]));
  }));

Deno.test("reproduce --slots goes on when a stage fails, and names it at the end with its cause and log", () =>
  inSession(async ({ run, cache, err }) => {
    writeFileSync(join(cache, "fail-train-1"), "");
    writeFileSync(join(cache, "end-train-2"), "");
    const failed = await run("--slots 2").then(() => assert.fail("it ended well"), (error) => error);
    assert.ok(failed instanceof StagesFailed);
    assert.deepEqual(failed.failures.map(({ id, cause }) => [id, cause]).sort(), [
      ["train-1", "Error: train-1 was told to fail"],
      ["train-2", "its process was ended by SIGKILL"],
    ]);
    assert.deepEqual(failed.notRun, ["toy-summary"]);
    const log = failed.failures.find(({ id }) => id === "train-1")?.log as string;
    assert.match(readFileSync(log, "utf8"), /Error: train-1 was told to fail\n +at train/);
    assert.match(
      failed.message,
      /^2 stages failed; 1 that need them not run \(toy-summary\), all others are done\n/,
    );
    assert.match(err.join("\n"), /train-3: done in/);
    rmSync(join(cache, "fail-train-1"));
    const resumed = await run("--slots 2");
    assert.match(err.join("\n"), /Toy train-2 \(goes on from its checkpoint at step 10\)/);
    rmSync(join(cache, "stages"), { recursive: true });
    assert.equal(await run("--slots 2"), resumed);
  }));

Deno.test("reproduce --slots stops after the step when it is asked to, and goes on there", () =>
  inSession(async ({ run, cache, err }) => {
    writeFileSync(join(cache, "pause"), "100");
    const abort = new AbortController();
    const watch = setInterval(() => {
      const started = readdirSync(cache).includes("checkpoints")
        ? readdirSync(join(cache, "checkpoints"))
        : [];
      if (started.length >= 2) abort.abort(new Stopped("Stopped"));
    }, 20);
    await assert.rejects(() => run("--slots 2", abort.signal), Stopped).finally(() => clearInterval(watch));
    rmSync(join(cache, "pause"));
    const resumed = await run("--slots 2");
    assert.match(err.join("\n"), /Toy train-[12] \(goes on from its checkpoint at step \d+\)/);
    rmSync(join(cache, "stages"), { recursive: true });
    assert.equal(await run("--slots 2"), resumed);
  }));

Deno.test("coreSets() shares cores out, and numbersIn() reads the kernel's lists", () => {
  assert.deepEqual(numbersIn("0-2,7\n"), [0, 1, 2, 7]);
  assert.deepEqual(coreSets([0, 1, 2, 3, 6], { slots: 2 }), [[0, 1], [2, 3]]);
  assert.deepEqual(coreSets([4, 5], { slots: 3 }), [[4], [5], [4]]);
  assert.deepEqual(coreSets([0, 1, 2, 3], { slots: 2, threads: 1 }), [[0], [1]]);
  assert.throws(
    () => coreSets([0, 1, 2], { slots: 2, threads: 2 }),
    /--threads 2 expects 4 cores for 2 slots, found 3/,
  );
  assert.ok((coresHere() as number[]).length > 0);
});

Deno.test("usualSlots() is one on a core while memory lasts, and slotsOf() falls back on it", async () => {
  const memory = 2 ** 40;
  assert.deepEqual([1, 2, 4, 64].map((cores) => usualSlots({ cores, memory })), [1, 2, 4, 8]);
  assert.equal(usualSlots({ cores: 16, memory: 5 * 2 ** 30 }), 2);
  assert.equal(usualSlots({ cores: 2, memory: 2 ** 29 }), 1);
  assert.equal(await slotsOf(new Map(), 1), undefined);
  const cores = coresHere() as number[];
  assert.deepEqual(
    (await slotsOf(new Map(), cores.length))?.map((slot) => slot.cores),
    cores.length < 2 ? undefined : cores.map((core) => [core]),
  );
  assert.equal((await slotsOf(new Map([["slots", "1"]]), cores.length))?.length, 1);
});

Deno.test("slotsOf() and deviceOf() say in one sentence what is wrong", async () => {
  const values = (text: string) =>
    new Map(text.split(" ").map((pair) => pair.split("=") as [string, string]));
  const mistakes: [string, RegExp][] = [
    ["slots=0", /--slots expects a whole number from 1 to 256, got "0"/],
    ["slots=3 devices=cuda:0,cuda:1", /--slots 3 expects a device for each, got 2/],
    ["devices=gpu0", /--devices expects a list such as cuda:0,cuda:1, got "gpu0"/],
    ["threads=1000", /--threads 1000 expects as many cores, found \d+/],
  ];
  for (const [text, expected] of mistakes) {
    await assert.rejects(
      () => slotsOf(values(text)),
      (error) => error instanceof UserError && expected.test(error.message),
      text,
    );
  }
  assert.throws(
    () => deviceOf(values("devices=cuda:0 device=cpu")),
    /--devices cuda:0 expects --device cuda, got --device cpu/,
  );
  const none = new Set<string>();
  assert.throws(
    () => executorOf(values("executor=slum"), none),
    /--executor expects local or slurm, got "slum"; did you mean "slurm"/,
  );
  assert.throws(
    () => executorOf(values("slots=2"), new Set(["wait"])),
    /--wait expects --executor slurm, got --executor local/,
  );
  assert.equal(executorOf(values("executor=slurm threads=2"), none), "slurm");
  assert.equal(deviceOf(values("devices=cuda:0")), "cuda");
  assert.equal(await slotsOf(values("executor=local")), undefined);
});
