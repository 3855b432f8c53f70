/** The toy experiment on a Slurm that tests start. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { reproduce } from "../../reproduce.ts";
import { jobs } from "../command.ts";
import { hasSlurm, startCluster, type TestCluster } from "./test_cluster.ts";
import { TOYS } from "./toy_experiment.ts";

/** Program of its jobs. */
export const ENTRY: string = fileURLToPath(new URL("./run_toy_stage.ts", import.meta.url));
/** Options of its runs. */
export const SLURM: readonly string[] = ["--executor", "slurm", "--threads", "1"];

/** The toy in a cache of its own. */
export interface Toy {
  readonly cache: string;
  /** Lines about the runs. */
  readonly err: string[];
  /** Runs the toy; its result where it was collected. */
  run(...args: string[]): Promise<string | undefined>;
  /** The same of the other toy. */
  runTwo(...args: string[]): Promise<string | undefined>;
  /** `deno task jobs`: what it prints. */
  jobs(...args: string[]): Promise<string>;
  /** The id that was submitted last. */
  id(): string;
  /** The toy's result as computed in this process, in another cache. */
  expected(): Promise<string>;
  /** Waits until it holds, for 60 seconds or as many as given. */
  until(what: string, holds: () => boolean | Promise<boolean>, seconds?: number): Promise<void>;
}

interface Recorded {
  readonly tasks: Record<string, { task: string; log: string }>;
}

/** What is recorded of the last submission. */
export const recorded = (toy: Toy): Recorded =>
  JSON.parse(readFileSync(join(toy.cache, "submissions", toy.id(), "submission.json"), "utf8")) as Recorded;
/** Slurm's name of a stage's job. */
export const taskOf = (toy: Toy, stage: string): string => recorded(toy).tasks[stage]?.task as string;

/** A stage's log, "" while there is none. */
export function logOf(toy: Toy, stage: string): string {
  const path = recorded(toy).tasks[stage]?.log as string;
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** Waits until all trainings run. */
export const atWork = (toy: Toy): Promise<void> =>
  toy.until(
    "running trainings",
    () => [1, 2, 3].every((i) => logOf(toy, `train-${i}`).includes(`== train-${i} on`)),
  );

/** Removes a folder in which a job that is being ended may still write. */
async function removeFolder(folder: string): Promise<void> {
  for (let left = 50; existsSync(folder); left--) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

/** Runs a test of the toy in folders of its own. */
export async function withToy(test: (toy: Toy) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "toy-"));
  const err: string[] = [];
  const runIn = async (cache: string, args: readonly string[], experiment = "toy") => {
    const out = join(folder, "out");
    rmSync(out, { recursive: true, force: true });
    await reproduce([experiment, "--out", out, ...args], TOYS, {
      out: () => {},
      err: (line) => err.push(line),
      terminal: false,
      width: 100,
      signal: new AbortController().signal,
      cacheFolder: cache,
      stageEntry: ENTRY,
    });
    const result = join(out, experiment, "mini-quick/result.json");
    return existsSync(result) ? readFileSync(result, "utf8") : undefined;
  };
  const cache = join(folder, "cache");
  mkdirSync(cache);
  const toy: Toy = {
    cache,
    err,
    run: (...args) => runIn(cache, args),
    runTwo: (...args) => runIn(cache, args, "toy-two"),
    async jobs(...args) {
      let text = "";
      await jobs(args, { out: (part) => text += part, cacheFolder: cache });
      return text;
    },
    id: () =>
      /^Submitted (\S+):/.exec(err.findLast((line) => line.startsWith("Submitted")) ?? "")?.[1] as string,
    async expected() {
      return await runIn(join(folder, "local"), ["--threads", "1"]) as string;
    },
    async until(what, holds, seconds = 60) {
      for (const deadline = Date.now() + 1000 * seconds; Date.now() < deadline;) {
        if (await holds()) return;
        await new Promise((done) => setTimeout(done, 100));
      }
      assert.fail(
        `${what} was not seen within ${seconds} s:\n${err.join("\n")}\n${await toy.jobs("status", toy.id())}`,
      );
    },
  };
  try {
    await test(toy);
  } finally {
    // A job that a failed test left may still write.
    for (
      const each of existsSync(join(cache, "submissions")) ? readdirSync(join(cache, "submissions")) : []
    ) {
      await toy.jobs("cancel", each).catch(() => {});
    }
    await removeFolder(folder);
  }
}

const installed = await hasSlurm();

/** A test on a cluster that is started for it; ignored where Slurm is not installed. */
export function testOnCluster(
  name: string,
  steps: (t: Deno.TestContext, cluster: TestCluster) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !installed,
    // The daemons outlive steps.
    sanitizeResources: false,
    sanitizeOps: false,
    async fn(t) {
      const before = { SLURM_CONF: process.env["SLURM_CONF"], PATH: process.env["PATH"] };
      const cluster = await startCluster();
      Object.assign(process.env, cluster.env);
      try {
        await steps(t, cluster);
      } finally {
        await cluster.stop();
        for (const [name, value] of Object.entries(before)) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      }
    },
  });
}
