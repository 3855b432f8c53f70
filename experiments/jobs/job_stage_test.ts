/** A job as Slurm starts it, without a Slurm: its variables, and a `scontrol` that answers. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { computeStage } from "../runner/compute_stage.ts";
import { currentOrigin, plannedKeys, planStages } from "../runner/mod.ts";
import { writePlan } from "./plan_file.ts";
import { linesOf } from "./stage_messages.ts";
import { endPath } from "./submission.ts";
import { TOYS } from "./testdata/toy_experiment.ts";

const PROGRAM = fileURLToPath(new URL("./testdata/run_toy_stage.ts", import.meta.url));

/** A training that is sent a signal while it runs: its log, its exit code, what it says of its end, and what it asked of `scontrol`. */
async function stoppedBy(
  signal: Deno.Signal,
  { requeues }: { readonly requeues: number },
): Promise<{ log: string; code: number; end: string; asked: string; saved: boolean }> {
  const folder = mkdtempSync(join(tmpdir(), "job-"));
  const cacheFolder = join(folder, "cache"), bin = join(folder, "bin"), asked = join(folder, "asked");
  try {
    for (const path of [cacheFolder, bin]) mkdirSync(path);
    writeFileSync(join(cacheFolder, "pause"), "100");
    const answer = "JobId=8 ArrayJobId=7 ArrayTaskId=0 JobState=RUNNING ExitCode=0:0 NodeList=n1";
    const script = `#!/bin/sh\necho "$@" >> "${asked}"\n[ "$1" = requeue ] || echo "${answer}"\n`;
    writeFileSync(join(bin, "scontrol"), script, { mode: 0o755 });
    const request = { scale: "mini", budget: "quick", seeds: [1], tasks: [], device: "cpu" } as const;
    const targets = (await TOYS[0]!.load()).figure.targets(request);
    const plan = await planStages(targets, { cacheFolder });
    const keys = new Map(plan.map(({ stage, key }) => [stage, key]));
    await computeStage(plan[0]!, { outputs: new Map(), keys }, {
      cacheFolder,
      origin: () => currentOrigin("cpu"),
    });
    const path = join(folder, "plan.json");
    await writePlan(path, { workload: "toy", request, cacheFolder, planned: plannedKeys(plan) });
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", PROGRAM, path, "train-1"],
      env: {
        PATH: `${bin}:${process.env["PATH"]}`,
        ...{ SLURM_JOB_ID: "8", SLURM_ARRAY_JOB_ID: "7", SLURM_ARRAY_TASK_ID: "0", SLURMD_NODENAME: "n1" },
        SLURM_RESTART_COUNT: `${requeues}`,
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const lines: string[] = [];
    for await (const line of linesOf(child.stderr)) {
      lines.push(line);
      // Whenever it comes: before the first step the stage saves after that one.
      if (line.startsWith("== train-1")) setTimeout(() => child.kill(signal), 1500);
    }
    const end = endPath(folder, "train-1");
    return {
      log: lines.join("\n"),
      code: (await child.status).code,
      end: existsSync(end) ? readFileSync(end, "utf8") : "",
      asked: existsSync(asked) ? readFileSync(asked, "utf8") : "",
      saved: existsSync(join(cacheFolder, "checkpoints")),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const signal of ["SIGTERM", "SIGUSR1", "SIGUSR2"] as const) {
  Deno.test(`a job that gets ${signal} saves after its step and puts its own task back into the queue`, async () => {
    const { log, code, end, asked, saved } = await stoppedBy(signal, { requeues: 3 });
    assert.match(
      log,
      new RegExp(
        `== train-1 on n1, job 7_0, requeued 3 times\n[^]*${signal}: stopping[^]*saved and requeued$`,
      ),
    );
    assert.deepEqual([code, end, saved], [130, "", true]);
    assert.equal(asked, "show job -o 7_0\nrequeue 7_0\n");
  });
}

Deno.test("a job that was requeued a hundred times says so and is not put back again", async () => {
  const { code, end, asked, saved } = await stoppedBy("SIGTERM", { requeues: 100 });
  assert.match(
    end,
    /^\{"state":"failed","cause":"it was stopped and requeued 100 times, which is enough"\}$/,
  );
  assert.deepEqual([code, asked, saved], [1, "", true]);
});
