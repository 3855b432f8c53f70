/** `pretrain` and `data build` as jobs of a real Slurm. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadBank } from "../../lib/tasks/mod.ts";
import { buildByJob } from "../data/build/build_by_job.ts";
import { buildCommand } from "../data/build/build_command.ts";
import { writeCaptionedFolder } from "../data/tiny_pictures.ts";
import { checkpointPath, readCheckpoint } from "../mini/checkpoints.ts";
import { partOf } from "../parts/mod.ts";
import { trainByJob } from "../pretrain/train_by_job.ts";
import { trainPart } from "../pretrain/train_part.ts";
import { StagesFailed } from "../runner/mod.ts";
import { jobs } from "./command.ts";
import type { Options } from "./run_config.ts";
import { testOnCluster } from "./testdata/toy_session.ts";

const ARTWORK = fileURLToPath(new URL("../../.cache/tasks", import.meta.url));
const STEPS = 24;

/** A shared folder, and what is heard of the jobs. */
interface Session {
  readonly folder: string;
  readonly cacheFolder: string;
  readonly lines: string[];
  readonly console: { out(text: string): void; err(line: string): void; readonly signal: AbortSignal };
  readonly options: Options;
}

async function inSession(test: (session: Session) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "commands-"));
  const lines: string[] = [];
  const hear = (line: string) => void lines.push(line);
  const values = new Map(Object.entries({ executor: "slurm", threads: "1", time: "10" }));
  try {
    const cacheFolder = join(folder, "cache");
    mkdirSync(cacheFolder);
    await test({
      ...{ folder, cacheFolder, lines },
      console: { out: hear, err: hear, signal: new AbortController().signal },
      options: { values, flags: new Set() },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param told what is known when it is not seen. */
async function until(what: string, holds: () => boolean, told: () => Promise<string>): Promise<void> {
  for (let i = 0; i < 2400; i++) {
    if (holds()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`${what} was not seen within 4 minutes:\n${await told()}`);
}

const waiting = ({ values }: Options): Options => ({ values, flags: new Set(["wait"]) });

testOnCluster("commands whose work is one job, on a Slurm of three nodes", async (t, cluster) => {
  await t.step(
    "pretrain: a job that is requeued goes on from its working state, to the weights of a training on this machine",
    () =>
      inSession(async ({ folder, cacheFolder, lines, console, options }) => {
        // Drawn once by whatever test comes first.
        if (existsSync(ARTWORK)) cpSync(ARTWORK, join(cacheFolder, "tasks"), { recursive: true });
        const checkpoints = pathToFileURL(`${join(folder, "checkpoints")}/`);
        mkdirSync(checkpoints);
        const request = { part: "vae", start: { from: "fresh", steps: STEPS }, device: "cpu" } as const;
        const run = (asked: Options) => trainByJob(request, asked, { console, cacheFolder, checkpoints });
        await run(options);
        const id = /^Submitted (pretrain-vae-\w+): 1 stage as 1 job array/.exec(lines[0] as string)
          ?.[1] as string;
        const runs = join(cacheFolder, "runs");
        const queue = () => cluster.slurm("squeue", "--all", "--long");
        await until("a step", () => existsSync(runs) && readdirSync(runs).length > 0, queue);
        const submission = readFileSync(join(cacheFolder, "submissions", id, "submission.json"), "utf8");
        const { tasks } = JSON.parse(submission) as { tasks: Record<string, { task: string; log: string }> };
        const { task, log } = tasks["pretrain-vae"] as { task: string; log: string };
        await cluster.slurm("scancel", "--batch", "--signal=USR2", task);
        const logged = () => readFileSync(log, "utf8");
        const told = async () => `${logged()}\n${await queue()}`;
        await until("a requeue", () => logged().includes("saved and requeued"), told);
        assert.ok(!existsSync(checkpointPath("vae", checkpoints)));
        await run(options);
        assert.match(
          lines.join("\n"),
          /\nAttached to pretrain-vae-[^]*computed by job \d+_0 on n\d, requeued 1 time in \d+ s$/,
        );
        assert.match(logged(), /24 steps of batch 8, seed 11, from step \d+/);
        const settings = JSON.parse(readFileSync(new URL("vae.run.json", checkpoints), "utf8"));
        assert.deepEqual(settings, { executor: "slurm", threads: "1", time: "10" });

        const alone = pathToFileURL(`${join(folder, "alone")}/`);
        mkdirSync(alone);
        await trainPart(partOf("vae"), await loadBank(), {
          ...{ start: request.start, checkpoints: alone, states: alone },
          compile: { threads: 1, spin: false },
          notify: () => {},
        });
        const [byJob, here] = [
          await readCheckpoint("vae", checkpointPath("vae", checkpoints)),
          await readCheckpoint("vae", checkpointPath("vae", alone)),
        ];
        assert.deepEqual(byJob.tensors, here.tensors);
        const recipe = ({ config }: typeof here) => ({
          ...config.recipe as Record<string, unknown>,
          seconds: 0,
        });
        assert.deepEqual(recipe(byJob), recipe(here));
      }),
  );

  await t.step(
    "data build: a job's pairs are those of this machine; built again, what is new is added",
    () =>
      inSession(async ({ folder, cacheFolder, lines, console, options }) => {
        const [source, out, here] = ["source", "out", "here"].map((name) => join(folder, name)) as [
          string,
          string,
          string,
        ];
        writeCaptionedFolder(source, 12);
        const own = { pictures: source, validation: "2" };
        const asked = (count: string): Options => ({
          ...options,
          values: new Map([...options.values, ...Object.entries({ ...own, count })]),
        });
        const run = (given: Options, to = out) =>
          buildByJob("replication", to, { options: given, console, cacheFolder });
        assert.equal(await run(asked("5")), undefined);
        assert.match(lines[0] as string, /^Submitted data-build-replication-\w+: 1 stage as 1 job array/);
        assert.equal((await run(asked("5")))?.made, 7);
        assert.match(lines.join("\n"), /\nBuilt by job \d+_0 on n\d$/);
        const more = await run(waiting(asked("8")));
        assert.deepEqual([more?.made, more?.train], [3, 8]);
        // The same again is built again: nothing is left to make.
        assert.equal((await run(waiting(asked("8"))))?.made, 0);
        assert.equal(
          (JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as { count: string }).count,
          "8",
        );
        await buildCommand("replication", here, { values: new Map(Object.entries({ ...own, count: "8" })) });
        for (const name of ["train.jsonl", "val.jsonl", "NOTICE.md"]) {
          assert.equal(readFileSync(join(out, name), "utf8"), readFileSync(join(here, name), "utf8"), name);
        }
      }),
  );

  await t.step(
    "data build: what fails in the job is told by its cause, and retried",
    () =>
      inSession(async ({ folder, cacheFolder, console, options }) => {
        const [source, out] = [join(folder, "source"), join(folder, "out")];
        const values = new Map([
          ...options.values,
          ...Object.entries({ pictures: source, count: "5", validation: "2" }),
        ]);
        const run = () =>
          buildByJob("replication", out, { options: waiting({ ...options, values }), console, cacheFolder });
        await assert.rejects(run, (error) =>
          error instanceof StagesFailed &&
          /data-build-replication: --pictures expects .*which is not there \(on n\d\)/.test(error.message));
        writeCaptionedFolder(source, 9);
        const [id] = readdirSync(join(cacheFolder, "submissions")) as [string];
        let text = "";
        await jobs(["retry", id], { out: (part) => text += part, cacheFolder });
        assert.match(text, /^Submitted \d+ for data-build-/);
        assert.equal((await run())?.train, 5);
        assert.equal(readdirSync(join(cacheFolder, "submissions")).length, 1);
      }),
  );
});
