/**
 * A campaign of random faults on a Slurm of three nodes that it starts: `deno run -A bench/slurm_faults.ts N [--seed S] [--out FILE]`. Each round
 * submits the tests' toy experiment to an empty cache and, while its trainings run, does one thing at random: SIGKILL, scancel, a signal,
 * preemption, a node set down, the controller stopped for a while. What is lost is retried; the round holds when the result has the bits of
 * an undisturbed run. Prints JSON: rounds by fault, what each cost.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readOptions, runCommand, wholeNumber } from "../experiments/setting/command_line.ts";
import { jobs } from "../experiments/jobs/command.ts";
import { startCluster, type TestCluster } from "../experiments/jobs/testdata/test_cluster.ts";
import { TOYS } from "../experiments/jobs/testdata/toy_experiment.ts";
import { reproduce } from "../experiments/reproduce.ts";
import { StagesFailed } from "../experiments/runner/mod.ts";
import { fold, key, uniform } from "../lib/engine/random.ts";

const ENTRY = fileURLToPath(new URL("../experiments/jobs/testdata/run_toy_stage.ts", import.meta.url));
const TRAININGS = ["train-1", "train-2", "train-3"];
const FAULTS = ["sigkill", "scancel", "signal", "preemption", "node down", "controller"] as const;
type Fault = (typeof FAULTS)[number];

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** The toy in a folder of its own. */
function toyIn(folder: string) {
  const cache = join(folder, "cache");
  mkdirSync(cache, { recursive: true });
  const lines: string[] = [];
  const run = async (...args: string[]): Promise<string | undefined> => {
    const out = join(folder, "out");
    await reproduce(["toy", "--out", out, "--threads", "1", ...args], TOYS, {
      out: () => {},
      err: (line) => lines.push(line),
      terminal: false,
      width: 100,
      signal: new AbortController().signal,
      cacheFolder: cache,
      stageEntry: ENTRY,
    });
    const result = join(out, "toy/mini-quick/result.json");
    return existsSync(result) ? readFileSync(result, "utf8") : undefined;
  };
  const id = () =>
    /^Submitted (\S+):/.exec(lines.find((line) => line.startsWith("Submitted")) ?? "")?.[1] as string;
  const tasks = () => {
    const text = readFileSync(join(cache, "submissions", id(), "submission.json"), "utf8");
    return (JSON.parse(text) as { tasks: Record<string, { task: string; log: string }> }).tasks;
  };
  const logOf = (stage: string) => {
    const path = tasks()[stage]?.log as string;
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  return { cache, run, id, tasks, logOf };
}

/** Does one fault to a stage that runs. */
async function disturb(
  cluster: TestCluster,
  { tasks, logOf, cache }: ReturnType<typeof toyIn>,
  { fault, stage }: { readonly fault: Fault; readonly stage: string },
): Promise<void> {
  const task = tasks()[stage]?.task as string;
  const node = /on (n\d)/.exec(logOf(stage))?.[1] as string;
  switch (fault) {
    case "sigkill":
      return void writeFileSync(join(cache, `end-${stage}`), "");
    case "scancel":
      return void await cluster.slurm("scancel", task);
    case "signal":
      return void await cluster.slurm("scancel", "--batch", "--signal=USR2", task);
    case "preemption":
      return void await cluster.slurm(
        "sbatch",
        "-p",
        "urgent",
        "-w",
        node,
        "-c",
        "2",
        "-o",
        "/dev/null",
        "--wrap",
        "sleep 1",
      );
    case "node down":
      await cluster.slurm("scontrol", "update", `nodename=${node}`, "state=down", "reason=campaign");
      await pause(2000);
      // It may be back by itself.
      return void await cluster.slurm("scontrol", "update", `nodename=${node}`, "state=resume").catch(
        () => {},
      );
    case "controller":
      await cluster.stopController();
      await pause(3000);
      return cluster.startController();
  }
}

/** One round: whether the bits are the same, how often it was retried, and its seconds. */
async function round(
  cluster: TestCluster,
  expected: string,
  drawn: { readonly fault: Fault; readonly stage: string; readonly delay: number },
): Promise<{ same: boolean; retries: number; seconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), "faults-"));
  const start = performance.now();
  try {
    const toy = toyIn(folder);
    writeFileSync(join(toy.cache, "pause"), "150");
    await toy.run("--executor", "slurm");
    for (let i = 0; !toy.logOf(drawn.stage).includes(`== ${drawn.stage}`); i++) {
      if (i === 600) throw new Error(`${drawn.stage} did not start within a minute`);
      await pause(100);
    }
    await pause(drawn.delay);
    await disturb(cluster, toy, drawn);
    await pause(1000);
    rmSync(join(toy.cache, "pause"));
    for (let retries = 0;; retries++) {
      try {
        const result = await toy.run("--executor", "slurm", "--wait");
        return { same: result === expected, retries, seconds: (performance.now() - start) / 1000 };
      } catch (error) {
        if (!(error instanceof StagesFailed) || retries === 5) throw error;
        await jobs(["retry", toy.id()], { out: () => {}, cacheFolder: toy.cache });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runCommand(async () => {
  const { values, positionals } = readOptions(process.argv.slice(2), { seed: "value", out: "value" });
  const rounds = wholeNumber("slurm_faults", positionals[0] ?? "", { low: 1, high: 10_000 });
  const seed = wholeNumber("--seed", values.get("seed") ?? "1", { low: 0, high: 1_000_000 });
  const calm = mkdtempSync(join(tmpdir(), "faults-"));
  const expected = await toyIn(calm).run() as string;
  rmSync(calm, { recursive: true });
  const cluster = await startCluster();
  Object.assign(process.env, cluster.env);
  const seen: Record<string, { rounds: number; same: number; retries: number; seconds: number }> = {};
  const wrong: string[] = [];
  const out = values.get("out");
  let figures = "";
  try {
    for (let i = 0; i < rounds; i++) {
      const [a = 0, b = 0, c = 0] = uniform(fold(key("slurm faults"), seed, i), 3);
      const fault = FAULTS[Math.floor(a * FAULTS.length)] as Fault;
      const stage = TRAININGS[Math.floor(b * TRAININGS.length)] as string;
      const told = `round ${i + 1}: ${fault} of ${stage} after ${(3 * c).toFixed(1)} s`;
      const sum = seen[fault] ??= { rounds: 0, same: 0, retries: 0, seconds: 0 };
      sum.rounds++;
      try {
        const { same, retries, seconds } = await round(cluster, expected, { fault, stage, delay: 3000 * c });
        if (same) sum.same++;
        else wrong.push(`${told}: other bits`);
        sum.retries += retries;
        sum.seconds += seconds;
        console.error(
          `${told}: ${same ? "same bits" : "OTHER BITS"}, ${retries} retries, ${seconds.toFixed(0)} s`,
        );
      } catch (error) {
        wrong.push(`${told}: ${error instanceof Error ? error.message : error}`);
        console.error(wrong.at(-1));
      }
      // A campaign that is stopped keeps what it has seen.
      figures = `${JSON.stringify({ rounds: i + 1, seed, faults: seen, wrong }, null, 2)}\n`;
      if (out !== undefined) writeFileSync(out, figures);
    }
  } finally {
    await cluster.stop();
  }
  if (out === undefined) console.log(figures);
  return wrong.length === 0 ? 0 : 1;
});
