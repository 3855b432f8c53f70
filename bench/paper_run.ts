/**
 * The paper's scale at full size on this machine, with random weights: encodes, trains three accumulated steps, is killed with SIGKILL at the second one,
 * goes on, and scores: `deno run -A bench/paper_run.ts [--keep]`. Takes half an hour and 6 GB below .cache. Prints JSON; `--keep` puts it into
 * results/bench/paper.json and table.md beside the parts, whose training step it is compared with.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readOptions, runCommand } from "../experiments/setting/command_line.ts";
import { SCALES } from "../experiments/setting/scales.ts";
import { writeTinyPairs } from "../experiments/data/tiny_pairs.ts";
import { UserError } from "../lib/engine/mod.ts";
import { TASKS } from "../lib/tasks/mod.ts";
import type { PaperResult, WholeRun } from "./paper/bench_paper.ts";
import { writeFullSizeModels } from "./paper/full_size_models.ts";
import { keepResult } from "./results_folder.ts";

const ROOT = new URL("../", import.meta.url);
const RESULTS = fileURLToPath(new URL("results/bench", ROOT));
const FOLDER = fileURLToPath(new URL(".cache/bench-paper-run/", ROOT));
const SIDES = { width: 512, height: 512 };
const BUDGET = SCALES.paper.budgets.smoke;
/** Step after which the training is killed: a checkpoint is saved at half of the steps. */
const KILLED_AFTER = Math.ceil(BUDGET.steps / 2);
const POLL_MS = 200;

interface Ended {
  readonly code: number;
  readonly gigabytes: number;
  readonly said: string;
}

/** Runs Table 1's joint model, and kills it as soon as `until` holds. */
async function run(until: () => boolean): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", fileURLToPath(new URL("experiments/cli.ts", ROOT)), "table1"],
      ...["--scale", "paper", "--budget", "smoke", "--tasks", "face", "--rows", "instruct"],
      ...["--models", join(FOLDER, "models"), "--data", join(FOLDER, "data")],
      ...["--cache", join(FOLDER, "cache"), "--out", join(FOLDER, "results")],
    ],
    env: { IPADAPTER_CACHE: join(FOLDER, "cache"), NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  let gigabytes = 0, running = true;
  const end = child.status.finally(() => running = false);
  while (running) {
    const status = existsSync(`/proc/${child.pid}/status`)
      ? readFileSync(`/proc/${child.pid}/status`, "utf8")
      : "";
    gigabytes = Math.max(gigabytes, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024 / 1e9);
    if (until()) {
      child.kill("SIGKILL");
      break;
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  return { code: (await end).code, gigabytes, said: await said };
}

/** Steps of the training that have a checkpoint. */
function savedSteps(): number[] {
  const all = join(FOLDER, "cache/checkpoints");
  const folder = existsSync(all) && readdirSync(all).find((name) => name.startsWith("train-instruct-"));
  return folder
    ? readdirSync(join(all, folder)).flatMap((name) => /^step-\d+$/.test(name) ? [Number(name.slice(5))] : [])
    : [];
}

/** Samples a second of the training's steps, as its log has them; the first of a process has none. */
function samplesPerSecond(): number[] {
  const runs = join(FOLDER, "cache/runs");
  const folder = readdirSync(runs).find((name) => name.startsWith("train-instruct-"));
  return readFileSync(join(runs, folder as string, "metrics.jsonl"), "utf8").trim().split("\n")
    .flatMap((line) => JSON.parse(line)["train/samples_per_second"] ?? []);
}

async function measure(notice: (text: string) => void): Promise<WholeRun> {
  await writeFullSizeModels(join(FOLDER, "models"), notice);
  for (const made of ["cache", "data", "results"]) {
    rmSync(join(FOLDER, made), { recursive: true, force: true });
  }
  writeTinyPairs(join(FOLDER, "data"), {
    train: BUDGET.trainItems,
    val: BUDGET.validationItems,
    sides: SIDES,
  });
  const [loadBefore = 0] = Deno.loadavg();
  const killed = await run(() => savedSteps().includes(KILLED_AFTER));
  if (killed.code === 0) throw new Error("Killing the training failed: it ended before");
  if (!savedSteps().includes(KILLED_AFTER)) {
    throw new Error(`The run ended with ${killed.code} before a step was saved: ${killed.said.slice(-500)}`);
  }
  notice(`killed after step ${KILLED_AFTER}, ${killed.gigabytes.toFixed(1)} GB at the peak`);
  const whole = await run(() => false);
  if (whole.code !== 0) throw new Error(`Going on failed: ${whole.said.slice(-500)}`);
  const { provenance: { wallTimePerStage } } = JSON.parse(
    readFileSync(join(FOLDER, "results/table1/paper-smoke/result.json"), "utf8"),
  );
  const seconds = (start: string) =>
    Object.entries<number>(wallTimePerStage).reduce(
      (sum, [id, each]) => id.startsWith(start) ? sum + each : sum,
      0,
    );
  const rates = samplesPerSecond();
  return {
    encode: {
      items: TASKS.length * (BUDGET.trainItems + BUDGET.validationItems),
      seconds: seconds("encode-"),
    },
    train: {
      steps: BUDGET.steps,
      batch: BUDGET.batch,
      killedAfter: KILLED_AFTER,
      secondsPerSample: rates.length / rates.reduce((sum, each) => sum + each, 0),
    },
    score: { items: BUDGET.validationItems, samplerSteps: BUDGET.samplerSteps, seconds: seconds("score-") },
    gigabytes: { killed: killed.gigabytes, resumed: whole.gigabytes },
    loadBefore,
  };
}

await runCommand(async () => {
  const { flags } = readOptions(process.argv.slice(2), { keep: "flag" });
  if (process.platform !== "linux") throw new UserError("Measuring the run's memory needs Linux's /proc");
  const whole = await measure((text) => console.error(text));
  const kept = JSON.parse(readFileSync(join(RESULTS, "paper.json"), "utf8")) as PaperResult;
  const step = kept.rows.find(({ part }) => part === "train")?.ours.median;
  console.log(JSON.stringify(whole, null, 2));
  if (step !== undefined) {
    const ratio = 1000 * whole.train.secondsPerSample / step;
    console.error(`a sample takes ${ratio.toFixed(3)} of a step of batch 1 by itself`);
  }
  if (flags.has("keep")) {
    await keepResult(RESULTS, kept.bench, { ...kept, wholeRun: whole });
  }
});
