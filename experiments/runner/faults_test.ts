import assert from "node:assert/strict";
import { readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { UserError } from "../../lib/engine/errors.ts";
import { MAY_MOUNT, onSmallDisk } from "../../lib/hub/testdata/small_disk.ts";
import { holderHere } from "./holder.ts";
import { runStages, type Stage } from "./mod.ts";
import { takeLock } from "./stage_lock.ts";

/** A stage of ten steps whose checkpoint and output take some room. */
function stage(seen: number[]): Stage {
  return {
    id: "train",
    title: "train",
    config: {},
    code: [{ module: "experiments/runner/stage.ts", export: "Stopped" }],
    data: {},
    parents: [],
    expectedSeconds: 1,
    async run(context) {
      const start = (await context.loadLatestCheckpoint())?.step ?? 0;
      seen.push(start);
      for (let step = start + 1; step <= 10; step++) {
        await context.saveCheckpoint(step, { "state.bin": new Uint8Array(20_000 * step) });
        context.progress(step, 10, "steps");
      }
      context.write("out.bin", Uint8Array.of(1, 2, 3));
    },
  };
}

const run = (target: Stage, cacheFolder: string, finishedAt = "2026-01-01T00:00:00Z") =>
  runStages([target], {
    cacheFolder,
    origin: () =>
      Promise.resolve({ commit: null, dirty: null, device: "cpu", threads: 1, versions: {}, finishedAt }),
  });

const refused = (work: () => Promise<unknown>, why: string) =>
  assert.rejects(
    work,
    (error) =>
      error instanceof UserError && error.message.endsWith(`: ${why}`) && !error.message.includes("\n"),
  );

Deno.test({
  name: "runStages() says that the disk is full, and goes on from the last checkpoint once there is room",
  ignore: !MAY_MOUNT,
  fn: () =>
    onSmallDisk(700, async ({ folder, fill, free }) => {
      const seen: number[] = [], target = stage(seen), other = join(folder, "other");
      writeFileSync(other, new Uint8Array(300_000));
      await refused(() => run(target, folder), "the disk is full");
      const [place] = readdirSync(join(folder, "checkpoints")) as [string];
      const saved = readdirSync(join(folder, "checkpoints", place)).sort();
      assert.ok(saved.length > 0 && saved.every((name) => /^step-\d+$/.test(name)), String(saved));
      assert.deepEqual(readdirSync(join(folder, "stages")), []);
      fill();
      await refused(() => run(target, folder), "the disk is full");
      free();
      rmSync(other);
      // Nobody is waited for: the lock was given back on the full disk, too.
      const began = performance.now();
      assert.deepEqual([...await (await run(target, folder)).get("train")!.bytes("out.bin")], [1, 2, 3]);
      assert.ok(performance.now() - began < 5000);
      assert.equal(seen.at(-1), Number(saved.at(-1)!.slice("step-".length)));
    }),
});

Deno.test({
  name: "runStages() says that the cache is read-only, and answers from it what it has",
  ignore: !MAY_MOUNT,
  fn: () =>
    onSmallDisk(4000, async ({ folder, makeReadOnly }) => {
      const target = stage([]);
      const before = await (await run(target, folder)).get("train")!.bytes("out.bin");
      makeReadOnly();
      assert.deepEqual(await (await run(target, folder)).get("train")!.bytes("out.bin"), before);
      await refused(() => run({ ...target, config: { other: 1 } }, folder), "the file system is read-only");
    }),
});

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "faults-"));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("takeLock() asks no clock: a lease from the year 1970 or 2100 is held while its process lives and free once it has ended", () =>
  inFolder(async (folder) => {
    for (const [i, year] of [1970, 2100].entries()) {
      for (const lives of [true, false]) {
        const path = join(folder, `${i}-${lives}.lock`), date = new Date(year, 0, 2);
        const own = holderHere("feed", false);
        const holder = { ...own, since: date.toISOString(), ...(lives ? {} : { started: "1" }) };
        writeFileSync(`${path}.1`, JSON.stringify({ holder, renewed: 0 }));
        utimesSync(`${path}.1`, date, date);
        const abort = new AbortController();
        const taking = takeLock(path, {
          pollMilliseconds: 5,
          signal: abort.signal,
          onWait: () => setTimeout(() => abort.abort(new Error("held")), 50),
        });
        if (lives) await assert.rejects(taking, /held/);
        else (await taking).release();
      }
    }
  }));

Deno.test("runStages() answers from a cache whose files are of the year 1970 or 2100", () =>
  inFolder(async (folder) => {
    for (const year of [1970, 2100]) {
      const seen: number[] = [], target = { ...stage(seen), config: { year } };
      const date = new Date(year, 0, 2);
      await run(target, folder, date.toISOString());
      for (const name of readdirSync(folder, { recursive: true }) as string[]) {
        utimesSync(join(folder, name), date, date);
      }
      await run(target, folder);
      assert.deepEqual(seen, [0]);
    }
  }));

Deno.test("takeLock() does not wait long for a lease that was cut off before it named its holder", () =>
  inFolder(async (folder) => {
    const path = join(folder, "stage.lock");
    writeFileSync(`${path}.3`, "");
    const lock = await takeLock(path, { pollMilliseconds: 5, staleMilliseconds: 30 });
    assert.deepEqual([lock.abandonedBy, lock.ended, lock.lost()], [undefined, false, false]);
    lock.release();
    (await takeLock(path)).release();
  }));
