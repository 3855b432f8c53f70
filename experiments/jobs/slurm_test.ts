/** Submitting, attaching, faults and retrying, on a real Slurm of three nodes that the tests start. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/engine/errors.ts";
import { reproduce } from "../reproduce.ts";
import { StagesFailed } from "../runner/mod.ts";
import { jobs } from "./command.ts";
import { hasSlurm, startCluster, type TestCluster } from "./testdata/test_cluster.ts";
import { TOYS } from "./testdata/toy_experiment.ts";

const ENTRY = fileURLToPath(new URL("./testdata/run_toy_stage.ts", import.meta.url));
const SLURM = ["--executor", "slurm", "--threads", "1"];

/** The toy in a cache of its own. */
interface Toy {
  readonly cache: string;
  /** Lines about the runs. */
  readonly err: string[];
  /** Runs the toy; its result where it was collected. */
  run(...args: string[]): Promise<string | undefined>;
  /** `deno task jobs`: what it prints. */
  jobs(...args: string[]): Promise<string>;
  /** The id that was submitted last. */
  id(): string;
  /** The toy's result as computed in this process, in another cache. */
  expected(): Promise<string>;
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
}

async function withToy(test: (toy: Toy) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "toy-"));
  const err: string[] = [];
  const runIn = async (cache: string, args: readonly string[]) => {
    const out = join(folder, "out");
    rmSync(out, { recursive: true, force: true });
    await reproduce(["toy", "--out", out, ...args], TOYS, {
      out: () => {},
      err: (line) => err.push(line),
      terminal: false,
      width: 100,
      signal: new AbortController().signal,
      cacheFolder: cache,
      stageEntry: ENTRY,
    });
    const result = join(out, "toy/mini-quick/result.json");
    return existsSync(result) ? readFileSync(result, "utf8") : undefined;
  };
  const cache = join(folder, "cache");
  mkdirSync(cache);
  const toy: Toy = {
    cache,
    err,
    run: (...args) => runIn(cache, args),
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
    async until(what, holds) {
      for (let i = 0; i < 600; i++) {
        if (await holds()) return;
        await new Promise((done) => setTimeout(done, 100));
      }
      assert.fail(
        `${what} was not seen within 60 s:\n${err.join("\n")}\n${await toy.jobs("status", toy.id())}`,
      );
    },
  };
  try {
    await test(toy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

Deno.test({
  name: "on a Slurm of three nodes",
  ignore: !await hasSlurm(),
  // The daemons outlive steps.
  sanitizeResources: false,
  sanitizeOps: false,
  async fn(t) {
    const before = { SLURM_CONF: process.env["SLURM_CONF"], PATH: process.env["PATH"] };
    const cluster: TestCluster = await startCluster();
    Object.assign(process.env, cluster.env);
    const step = (name: string, test: (toy: Toy) => Promise<void>) => t.step(name, () => withToy(test));
    try {
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
    } finally {
      await cluster.stop();
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  },
});
