/** What ends jobs and those who watch them, on a real Slurm: a time limit, a full disk, a process that is killed. */
import assert from "node:assert/strict";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/engine/errors.ts";
import { StagesFailed } from "../runner/mod.ts";
import { linesOf } from "./stage_messages.ts";
import type { TestCluster } from "./testdata/test_cluster.ts";
import { atWork, logOf, SLURM, taskOf, testOnCluster, type Toy, withToy } from "./testdata/toy_session.ts";

const PROGRAM = fileURLToPath(new URL("./testdata/run_toy.ts", import.meta.url));

/** Runs the toy in a process of its own. */
function startRun(toy: Toy, { env = {} }: { readonly env?: Record<string, string> } = {}): Deno.ChildProcess {
  const out = join(toy.cache, "../out");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, "toy", "--out", out, "--cache", toy.cache, ...SLURM, "--wait"],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  void (async () => {
    for await (const line of linesOf(child.stderr)) toy.err.push(line);
  })();
  return child;
}

/** The failures that a run ends with. */
async function failuresOf(run: Promise<unknown>): Promise<Record<string, string>> {
  const failed = await run.then(() => assert.fail("it ended well"), (error) => error);
  assert.ok(failed instanceof StagesFailed, String(failed));
  return Object.fromEntries(failed.failures.map(({ id, cause }) => [id, cause]));
}

async function mount(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command("mount", { args, stderr: "null" }).output();
  return success;
}

/** Whether this process may make a disk of its own. */
async function mayMount(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "mount-"));
  const may = await mount("-t", "tmpfs", "-o", "size=1m", "none", folder);
  if (may) await new Deno.Command("umount", { args: [folder] }).output();
  rmSync(folder, { recursive: true });
  return may;
}

/** Writes a file until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (let size = 1 << 20; size >= 1;) {
      try {
        for (;;) writeSync(file, new Uint8Array(size));
      } catch {
        size = size >> 4;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** The toy on a disk that is too small for a submission, then for the checkpoints of its trainings, then large enough. */
async function onFullDisk(toy: Toy, cluster: TestCluster): Promise<void> {
  await mount("-t", "tmpfs", "-o", "size=8m", "none", toy.cache);
  try {
    await assert.rejects(
      () => toy.run(...SLURM),
      (error) => error instanceof UserError && /^Cannot write .*: the disk is full$/.test(error.message),
    );
    assert.deepEqual(readdirSync(join(toy.cache, "submissions")), []);
    assert.equal(await cluster.slurm("squeue", "-h"), "");

    await mount("-o", "remount,size=300m", toy.cache);
    writeFileSync(join(toy.cache, "pause"), "200");
    await toy.run(...SLURM);
    await atWork(toy);
    fill(join(toy.cache, "filler"));
    await assert.rejects(() => toy.run(...SLURM), /^UserError: Cannot write .*: the disk is full$/);
    const failures = await failuresOf(toy.jobs("attach", toy.id()));
    for (const id of ["train-1", "train-2", "train-3"]) {
      assert.match(
        failures[id] as string,
        /^Cannot write .*: the disk is full \(on n\d\)$|^it could not write into .* on n\d: the disk may be full$/,
        id,
      );
    }
    assert.match(await toy.jobs("status", toy.id()), /done +data/);
    await assert.rejects(
      () => toy.jobs("retry", toy.id()),
      /^UserError: Cannot write .*: the disk is full$/,
    );
    assert.match(await toy.jobs("status", toy.id()), /done +data +\d+_0\n/);

    rmSync(join(toy.cache, "filler"));
    rmSync(join(toy.cache, "pause"));
    await toy.jobs("retry", toy.id());
    assert.equal(await toy.run(...SLURM), await toy.expected());
    assert.match(
      readFileSync(join(toy.cache, "submissions", toy.id(), "array-4.sh"), "utf8"),
      /stages=\('train-1'/,
    );
  } finally {
    for (const id of readdirSync(join(toy.cache, "submissions"))) {
      await toy.jobs("cancel", id).catch(() => {});
    }
    await new Deno.Command("umount", { args: ["-l", toy.cache] }).output();
  }
}

testOnCluster("jobs and watchers that are ended, on a Slurm of three nodes", async (t, cluster) => {
  const step = (name: string, test: (toy: Toy) => Promise<void>) =>
    t.step(name, async () => {
      await cluster.ready();
      await withToy(test);
    });

  await step(
    "a job that does not come to its end of a step in time is told by its time limit, and goes on when retried",
    async (toy) => {
      writeFileSync(join(toy.cache, "pause"), "100");
      await toy.run(...SLURM, "--time", "5");
      await atWork(toy);
      const checkpoints = join(toy.cache, "checkpoints");
      await toy.until(
        "a checkpoint",
        () => existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.startsWith("train-1")),
      );
      writeFileSync(join(toy.cache, "pause-train-1"), "600000");
      await cluster.slurm("scontrol", "update", `jobid=${taskOf(toy, "train-1")}`, "EndTime=now");
      const failures = await failuresOf(toy.run(...SLURM));
      assert.deepEqual(Object.keys(failures), ["train-1"]);
      assert.match(
        failures["train-1"] as string,
        /^its time limit was reached on n\d \(TIMEOUT\): --time allows more$/,
      );
      rmSync(join(toy.cache, "pause-train-1"));
      await toy.jobs("retry", toy.id());
      assert.equal(await toy.run(...SLURM), await toy.expected());
      assert.match(logOf(toy, "train-1"), /40 of 40 steps/);
    },
  );

  await t.step({
    name: "a full disk is one sentence, before and while jobs run, and nothing is lost",
    ignore: !await mayMount(),
    fn: () => withToy((toy) => onFullDisk(toy, cluster)),
  });

  await step(
    "the process that submitted and watches is killed: jobs go on, and anyone attaches",
    async (toy) => {
      writeFileSync(join(toy.cache, "pause"), "200");
      const child = startRun(toy);
      await toy.until("a submission", () => toy.err.some((line) => line.startsWith("Submitted")));
      await atWork(toy);
      child.kill("SIGKILL");
      await child.status;
      assert.match(await toy.jobs("status", toy.id()), /running +train-1 +\d+_0 +on n\d/);
      rmSync(join(toy.cache, "pause"));
      assert.match(
        await toy.jobs("attach", toy.id()),
        /train-2: done[^]*\nAll stages of toy-\w+ are done; the command/,
      );
      assert.equal(await toy.run(...SLURM), await toy.expected());
      assert.equal(readdirSync(join(toy.cache, "submissions")).length, 1);
    },
  );

  await step(
    "the process that submits is killed between two arrays: the same command submits what is missing",
    async (toy) => {
      const bin = join(toy.cache, "bin"), count = join(toy.cache, "count");
      // The third array is submitted, and nobody is left to record it.
      const script =
        `#!/bin/sh\necho >> "${count}"\n[ "$(wc -l < "${count}")" = 3 ] && kill -9 $PPID\nPATH="\${PATH#*:}" exec sbatch "$@"\n`;
      Deno.mkdirSync(bin);
      writeFileSync(join(bin, "sbatch"), script, { mode: 0o755 });
      writeFileSync(join(toy.cache, "pause"), "500");
      const { signal } = await startRun(toy, { env: { PATH: `${bin}:${process.env["PATH"]}` } }).status;
      assert.equal(signal, "SIGKILL");
      const [id] = readdirSync(join(toy.cache, "submissions")) as [string];
      assert.match(
        await toy.jobs("status", id),
        /left out +toy-summary +whoever submitted was ended before its turn\n/,
      );
      const attached = toy.run(...SLURM);
      await toy.until("attaching", () => toy.err.includes(`Attached to ${id}`));
      rmSync(join(toy.cache, "pause"));
      assert.equal(await attached, await toy.expected());
      const names = readdirSync(join(toy.cache, "stages"));
      assert.equal(names.filter((name) => name.startsWith("train-") && !name.includes("partial")).length, 3);
      assert.deepEqual(readdirSync(join(toy.cache, "submissions")), [id]);
    },
  );
});
