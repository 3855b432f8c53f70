/** Submitting, attaching, faults and retrying, on a real Slurm of three nodes that the tests start. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { UserError } from "../../lib/engine/errors.ts";
import type { Provenance } from "../../lib/report/mod.ts";
import { FIGURES } from "../figures/mod.ts";
import { reproduce } from "../reproduce.ts";
import { StagesFailed } from "../runner/mod.ts";
import { differingFiles } from "./testdata/differing_files.ts";
import {
  atWork,
  logOf,
  recorded,
  SLURM,
  taskOf,
  testOnCluster,
  type Toy,
  withToy,
} from "./testdata/toy_session.ts";

type Origins = Record<string, { host?: string; job?: string; requeues?: number }>;

testOnCluster("on a Slurm of three nodes", async (t, cluster) => {
  const step = (name: string, test: (toy: Toy) => Promise<void>) =>
    t.step(name, async () => {
      await cluster.ready();
      await withToy(test);
    });
  await step(
    "reproduce submits, comes back at once, and the same command collects what one process gives",
    async (toy) => {
      assert.equal(await toy.run(...SLURM, "--max-jobs", "2"), undefined);
      assert.match(
        toy.err.join("\n"),
        /^Submitted toy-\w{6}: 5 stages as 3 job arrays \(\d+, \d+, \d+\)\n/,
      );
      assert.match(
        readFileSync(join(toy.cache, "submissions", toy.id(), "array-2.sh"), "utf8"),
        /--array=0-2%2\n/,
      );
      const result = await toy.run(...SLURM);
      assert.match(toy.err.join("\n"), /Attached to toy-[^]*train-2: done/);
      assert.equal(result, await toy.expected());
      assert.match(await toy.jobs("status", toy.id()), /done +train-3 +\d+_2\n[^]*\n5 done\n$/);
      assert.match(
        await toy.jobs("logs", toy.id(), "train-1"),
        /== train-1 on n\d, job \d+_0\n[^]*40 of 40 steps/,
      );
      assert.match(await toy.jobs(), /^toy-\w{6} .* 5 done\n$/);
    },
  );

  await step(
    "a stage that always fails leaves the rest done, is named with its log, and retry runs it alone",
    async (toy) => {
      writeFileSync(join(toy.cache, "fail-train-2"), "");
      const failed = await toy.run(...SLURM, "--wait").then(
        () => assert.fail("it ended well"),
        (error) => error,
      );
      assert.ok(failed instanceof StagesFailed, String(failed));
      const [failure] = failed.failures;
      assert.equal(failed.failures.length, 1);
      assert.match(failure?.cause as string, /^Error: train-2 was told to fail \(on n\d\)$/);
      assert.match(
        readFileSync(failure?.log as string, "utf8"),
        /Error: train-2 was told to fail\n +at train/,
      );
      assert.deepEqual(failed.notRun, ["toy-summary"]);
      assert.match(await toy.jobs("logs", toy.id()), /train-2: Error: [^]*== .*\.log\n/);
      rmSync(join(toy.cache, "fail-train-2"));
      assert.match(await toy.jobs("retry", toy.id()), /^Submitted \d+, \d+ for toy-/);
      assert.equal(await toy.run(...SLURM), await toy.expected());
      assert.match(
        readFileSync(join(toy.cache, "submissions", toy.id(), "array-4.sh"), "utf8"),
        /stages=\('train-2'\)/,
      );
      assert.equal(
        await toy.jobs("retry", toy.id()),
        "Nothing to retry: all stages are done, wait or run\n",
      );
    },
  );

  await step(
    "a job that is killed is told by its cause, and a second call submits what is missing only",
    async (toy) => {
      writeFileSync(join(toy.cache, "end-train-1"), "");
      await assert.rejects(
        () => toy.run(...SLURM, "--wait"),
        (error) =>
          error instanceof StagesFailed &&
          /train-1: its process was ended by signal 9 on n\d \(FAILED\)/.test(error.message),
      );
      const result = await toy.run(...SLURM, "--wait");
      assert.match(toy.err.join("\n"), /: 2 stages as 2 job arrays/);
      assert.equal(result, await toy.expected());
      assert.match(
        await toy.jobs("logs", toy.id(), "train-1"),
        /goes on from its checkpoint|40 of 40 steps/,
      );
    },
  );

  await step(
    "a stage that is told to stop saves, is requeued alone and ends with the same bits; one that is cancelled is not",
    async (toy) => {
      writeFileSync(join(toy.cache, "pause"), "500");
      await toy.run(...SLURM);
      const task = (id: string) => taskOf(toy, id);
      await atWork(toy);
      await cluster.slurm("scancel", "--batch", "--signal=USR2", task("train-1"));
      await cluster.slurm("scancel", task("train-2"));
      await toy.until("a requeue", () => logOf(toy, "train-1").includes("saved and requeued"));
      rmSync(join(toy.cache, "pause"));
      await assert.rejects(
        () => toy.run(...SLURM),
        (error) =>
          error instanceof StagesFailed && error.failures.length === 1 &&
          /train-2: it was cancelled/.test(error.message),
      );
      assert.match(logOf(toy, "train-1"), /requeued 1 times\n[^]*40 of 40 steps/);
      await toy.jobs("retry", toy.id());
      const result = await toy.run(...SLURM);
      const path = join(toy.cache, "../out/toy/mini-quick/origins.json");
      const origins = JSON.parse(readFileSync(path, "utf8")) as Origins;
      assert.equal(result, await toy.expected());
      assert.deepEqual([origins["train-1"]?.requeues, origins["train-3"]?.requeues], [1, 0]);
      assert.match(origins["train-1"]?.host as string, /^n\d$/);
    },
  );

  await step(
    "preemption, a node set down and a stopped controller cost time and nothing else",
    async (toy) => {
      writeFileSync(join(toy.cache, "pause"), "500");
      await toy.run(...SLURM);
      await atWork(toy);
      const nodeOf = (stage: string) => /on (n\d)/.exec(logOf(toy, stage))?.[1] as string;
      const urgent = [
        "--parsable",
        "-p",
        "urgent",
        "-w",
        nodeOf("train-1"),
        "-c",
        "2",
        "-o",
        "/dev/null",
      ];
      await cluster.slurm("sbatch", ...urgent, "--wrap", "sleep 2");
      await toy.until("preemption", () => logOf(toy, "train-1").includes("SIGTERM: stopping"));
      await toy.until("a requeue", () => logOf(toy, "train-1").includes("saved and ended by Slurm"));
      const other = ["train-2", "train-3"].find((id) => nodeOf(id) !== nodeOf("train-1")) as string;
      const node = nodeOf(other);
      await cluster.slurm("scontrol", "update", `nodename=${node}`, "state=down", "reason=test");
      await toy.until("a restart", () => logOf(toy, other).includes("requeued 1 times"));
      await cluster.slurm("scontrol", "update", `nodename=${node}`, "state=resume").catch(() => {}); // it may be back
      await cluster.stopController();
      assert.match(await toy.jobs("status", toy.id()), /unknown +train-1[^]*Asking Slurm failed: /);
      rmSync(join(toy.cache, "pause"));
      cluster.startController();
      assert.equal(await toy.run(...SLURM), await toy.expected());
    },
  );

  await step("a job near its time limit saves and is requeued", async (toy) => {
    // Long enough for a slow machine: the training takes three minutes if nobody stops it.
    writeFileSync(join(toy.cache, "pause"), "5000");
    await toy.run(...SLURM, "--time", "5");
    await toy.until("a running training", () => logOf(toy, "train-1").includes("== train-1 on"));
    // 90 seconds before its end a job is told, so with Slurm's next look at its limits, every half minute: within a minute of its start.
    await cluster.slurm("scontrol", "update", `jobid=${taskOf(toy, "train-1")}`, "TimeLimit=2");
    await toy.until(
      "a requeue",
      () => /SIGUSR2: stopping[^]*saved and requeued/.test(logOf(toy, "train-1")),
      120,
    );
    await cluster.slurm("scontrol", "update", `jobid=${taskOf(toy, "train-1")}`, "TimeLimit=5");
    rmSync(join(toy.cache, "pause"));
    assert.equal(await toy.run(...SLURM), await toy.expected());
  });

  await step("two submissions at once share stages", async (toy) => {
    writeFileSync(join(toy.cache, "pause"), "100");
    await toy.run(...SLURM);
    await toy.runTwo(...SLURM);
    assert.match(
      toy.err.join("\n"),
      /Submitted toy-two-\w+: 1 stage as 1 job array \(\d+\), 3 shared with other submissions/,
    );
    rmSync(join(toy.cache, "pause"));
    await toy.runTwo(...SLURM);
    await toy.run(...SLURM);
    const names = readdirSync(join(toy.cache, "stages"));
    assert.equal(names.filter((name) => name.startsWith("train-")).length, 3);
    assert.equal(names.filter((name) => name.endsWith(".partial")).length, 0);
    assert.match(await toy.jobs("status", toy.id()), /4 done/);
  });

  await step("what is wrong is said in one sentence", async (toy) => {
    const folder = join(toy.cache, "submissions");
    const says = async (expected: RegExp, ...args: string[]) => {
      await assert.rejects(
        () => toy.run(...args),
        (error) =>
          error instanceof UserError && expected.test(error.message) && !error.message.includes("\n"),
        args.join(" "),
      );
      assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
    };
    await says(/^Submitting to Slurm failed: .*[Ii]nvalid partition/, ...SLURM, "--partition", "nowhere");
    await says(/^--setup expects a file of shell lines, got \/nowhere/, ...SLURM, "--setup", "/nowhere");
    await says(/^--slots expects --executor local, got --executor slurm/, ...SLURM, "--slots", "2");
    await says(/^--time expects --executor slurm, got --executor local/, "--time", "5");
    const { PATH } = process.env;
    // A Slurm without accounting refuses no account: as one with it does.
    const answer =
      "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified";
    writeFileSync(join(toy.cache, "sbatch"), `#!/bin/sh\necho "${answer}" >&2\nexit 1\n`, {
      mode: 0o755,
    });
    process.env["PATH"] = `${toy.cache}:${PATH}`;
    await says(
      /^Submitting to Slurm failed: Batch job .*: Invalid account/,
      ...SLURM,
      "--account",
      "others",
    )
      .finally(() => process.env["PATH"] = PATH);
    process.env["PATH"] = "/nowhere";
    await says(/needs Slurm's \w+ on PATH, found none/, ...SLURM).finally(() => process.env["PATH"] = PATH);
    await assert.rejects(
      () => toy.jobs("status", "toy-1"),
      /jobs expects a submission in .*, got "toy-1"/,
    );
    await assert.rejects(
      () => toy.jobs("stats", "toy-1"),
      /jobs expects status, .*; did you mean "status"/,
    );
  });

  await step("nodes that do not see the cache are told as such", async (toy) => {
    await toy.run(...SLURM, "--sbatch=--hold");
    const [hidden, id] = [`${toy.cache}-elsewhere`, toy.id()];
    const { task } = Object.values(recorded(toy).tasks)[0] as { task: string };
    renameSync(toy.cache, hidden);
    await cluster.slurm("scontrol", "release", task.split("_")[0] as string);
    for (let i = 0; i < 300; i++) {
      if (/JobState=FAILED/.test(await cluster.slurm("scontrol", "show", "job", "-o", task))) break;
      await new Promise((done) => setTimeout(done, 100));
    }
    renameSync(hidden, toy.cache);
    const expected =
      /failed +data +\d+_0 +the node on n\d does not see .*: --cache needs a folder that all nodes share/;
    assert.match(await toy.jobs("status", id), expected);
    await toy.jobs("cancel", id);
    assert.match(await toy.jobs("status", id), /cancelled +train-1/);
  });

  await t.step(
    "table1 at smoke gives the same files, times and hosts aside, as on one machine with the same threads",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "table1-"));
      const run = (name: string, ...args: string[]) =>
        reproduce(
          [
            "table1",
            "--budget",
            "smoke",
            "--tasks",
            "face",
            "--threads",
            "1",
            "--out",
            join(folder, name),
            ...args,
          ],
          FIGURES,
          {
            out: () => {},
            err: () => {},
            terminal: false,
            width: 100,
            signal: new AbortController().signal,
            cacheFolder: join(folder, `cache-${name}`),
          },
        );
      const written = (name: string) => join(folder, name, "table1/mini-smoke");
      try {
        await run("slurm", "--executor", "slurm");
        await run("local");
        await run("slurm", "--executor", "slurm");
        assert.ok(readdirSync(written("slurm")).includes("samples.jsonl"));
        assert.deepEqual(differingFiles(written("slurm"), written("local")), []);
        const text = readFileSync(join(written("slurm"), "result.json"), "utf8");
        const result = JSON.parse(text) as { provenance: Provenance };
        const { jobs, threads, stageKeys } = result.provenance;
        assert.equal(threads, 1);
        assert.deepEqual(Object.keys(jobs ?? {}).sort(), Object.keys(stageKeys).sort());
        assert.match(jobs?.["train-instruct-seed1"]?.host as string, /^n\d$/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
