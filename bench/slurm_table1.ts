/**
 * Whether an experiment through a Slurm of three nodes, which it starts, gives the files of a run on this machine with the same threads, byte for
 * byte, times and hosts aside: `deno run -A bench/slurm_table1.ts [--budget quick] [--experiment table1] [--tasks a,b] [--threads 1]
 * [--slots 1] [--local DIR] [--out FILE]`. Prints JSON: the files that differ, and the seconds of both. Everything is computed anew, twice; with
 * --local once: DIR holds the results of a run on this machine.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { oneOf, readOptions, runCommand } from "../experiments/setting/command_line.ts";
import { FIGURES } from "../experiments/figures/mod.ts";
import { differingFiles } from "../experiments/jobs/testdata/differing_files.ts";
import { startCluster } from "../experiments/jobs/testdata/test_cluster.ts";
import { reproduce } from "../experiments/reproduce.ts";
import { BUDGET_IDS } from "../experiments/setting/scales.ts";

await runCommand(async () => {
  const { values } = readOptions(process.argv.slice(2), {
    experiment: "value",
    budget: "value",
    tasks: "value",
    threads: "value",
    slots: "value",
    local: "value",
    out: "value",
  });
  const ids = FIGURES.map(({ id }) => id);
  const experiment = oneOf("--experiment", values.get("experiment") ?? "table1", ids);
  const budget = oneOf("--budget", values.get("budget") ?? "quick", BUDGET_IDS);
  const tasks = values.get("tasks");
  const folder = mkdtempSync(join(tmpdir(), "slurm-results-"));
  const run = async (name: string, ...args: string[]) => {
    const began = performance.now();
    const asked = [experiment, "--budget", budget, "--threads", values.get("threads") ?? "1"];
    await reproduce(
      [...asked, ...(tasks === undefined ? [] : ["--tasks", tasks]), "--out", join(folder, name), ...args],
      FIGURES,
      {
        out: () => {},
        err: (line) => console.error(line),
        terminal: false,
        width: 100,
        signal: new AbortController().signal,
        cacheFolder: join(folder, `cache-${name}`),
      },
    );
    return {
      files: join(folder, name, experiment, `mini-${budget}`),
      seconds: Math.round((performance.now() - began) / 1000),
    };
  };
  const cluster = await startCluster();
  try {
    Object.assign(process.env, cluster.env);
    const jobs = await run("slurm", "--executor", "slurm", "--wait");
    const there = values.get("local");
    const local = there === undefined
      ? await run("local", "--slots", values.get("slots") ?? "1")
      : { files: join(there, experiment, `mini-${budget}`), seconds: undefined };
    const differing = differingFiles(jobs.files, local.files);
    const seconds = { slurm: jobs.seconds, local: local.seconds };
    const text = `${
      JSON.stringify({ experiment, budget, tasks: tasks ?? "all", differing, seconds }, null, 2)
    }\n`;
    if (values.has("out")) writeFileSync(values.get("out") as string, text);
    else console.log(text);
    return differing.length === 0 ? 0 : 1;
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
