import assert from "node:assert/strict";
import { planStages } from "../runner/mod.ts";
import { jobScript } from "./job_script.ts";
import { accountedTasks, causeOf, shownTasks, tasksNamed } from "./slurm.ts";
import { slurmSettings } from "./slurm_options.ts";
import { graphText, levelsOf } from "./submit.ts";
import { TOYS } from "./testdata/toy_experiment.ts";

Deno.test("jobScript() asks for what was set, becomes deno, and is valid shell whatever the names hold", async () => {
  const settings = slurmSettings(
    new Map(Object.entries({
      partition: "gpu",
      time: "1-0",
      mem: "32G",
      account: "lab",
      threads: "4",
      "gpus-per-task": "1",
      "max-jobs": "3",
      sbatch: "--qos=long --constraint=a100",
    })),
  );
  const script = jobScript({
    name: "table1-abc",
    folder: "/shared/it's here/submissions/table1-abc",
    cacheFolder: "/shared/it's here",
    stages: ["train-a", "train-b"],
    after: ["12", "13_4"],
    entry: "experiments/run_stage.ts",
    deno: "/opt/deno",
    settings: { ...settings, setup: "module load cuda\n" },
  });
  for (
    const line of [
      "#SBATCH --array=0-1%3",
      "#SBATCH --dependency=afterany:12:13_4",
      "#SBATCH --partition=gpu",
      "#SBATCH --account=lab",
      "#SBATCH --time=1-0",
      "#SBATCH --mem=32G",
      "#SBATCH --cpus-per-task=4",
      "#SBATCH --gpus-per-task=1",
      "#SBATCH --qos=long --constraint=a100",
      "#SBATCH --open-mode=append",
      "#SBATCH --requeue",
      "module load cuda",
      "stages=('train-a' 'train-b')",
    ]
  ) assert.ok(script.split("\n").includes(line), line);
  assert.match(script, /\nexec "\$\{bind\[@\]\}" '\/opt\/deno' run -A --no-check --cached-only /);
  const shell = new Deno.Command("bash", { args: ["-n"], stdin: "piped" }).spawn();
  const input = shell.stdin.getWriter();
  await input.write(new TextEncoder().encode(script));
  await input.close();
  assert.ok((await shell.status).success);
});

Deno.test("slurmSettings() refuses what would end a line of the script's head", () => {
  assert.throws(() => slurmSettings(new Map([["partition", "a\nrm"]])), /--partition expects one line/);
  assert.throws(
    () => slurmSettings(new Map([["max-jobs", "0"]])),
    /--max-jobs expects a whole number from 1/,
  );
});

Deno.test("levelsOf() puts each stage after all that it needs", () => {
  const parents = { a: [], b: ["a"], c: ["a"], d: ["b", "gone"], e: ["c", "d"] };
  assert.deepEqual(levelsOf(["a", "b", "c", "d", "e"], parents), [["a"], ["b", "c"], ["d"], ["e"]]);
  assert.deepEqual(levelsOf(["c", "d", "e"], parents), [["c", "d"], ["e"]]);
});

Deno.test("graphText() shows what must run, level by level, each after what of it it needs", async () => {
  const request = { scale: "mini", budget: "quick", seeds: [1], tasks: [], device: "cpu" } as const;
  const targets = (await TOYS[0]!.load()).figure.targets(request);
  assert.equal(
    graphText(await planStages(targets, { cacheFolder: "/nowhere" })),
    "Job array 1:\n  data\nJob array 2:\n  train-1 after data\n  train-2 after data\n  train-3 after data\n" +
      "Job array 3:\n  toy-summary after train-1, train-2, train-3\n",
  );
});

Deno.test("what Slurm says of tasks is read from its database and from its controller alike", () => {
  const end = { state: "TIMEOUT", exit: "0:15", node: "n2" };
  assert.deepEqual(
    shownTasks(
      "JobId=9 ArrayJobId=7 ArrayTaskId=2 JobName=x JobState=TIMEOUT Reason=None ExitCode=0:15 NodeList=n2 BatchHost=n2\n" +
        "JobId=7 ArrayJobId=7 ArrayTaskId=3-4%2 JobName=x JobState=PENDING ExitCode=0:0 NodeList=(null)\nJobId=11 JobState=TIMEOUT ExitCode=0:15 NodeList=n2\n",
    ),
    new Map([
      ["7_2", end],
      ...["7_3", "7_4"].map((task) => [task, { state: "PENDING", exit: "0:0", node: "(null)" }] as const),
      ["11", end],
    ]),
  );
  assert.deepEqual(
    accountedTasks("7_2|TIMEOUT|0:15|n2\n7_[3,5-6%2]|CANCELLED by 0|0:0|None assigned\n").get("7_2"),
    end,
  );
  assert.equal(accountedTasks("7_[3,5-6%2]|CANCELLED by 0|0:0|x\n").get("7_6")?.state, "CANCELLED");
  assert.deepEqual(tasksNamed("7", "4"), ["7_4"]);
  assert.deepEqual(tasksNamed("7", "N/A"), []);
});

Deno.test("causeOf() names why a job left no result", () => {
  const cause = (state: string, exit = "0:0") => causeOf({ state, exit, node: "n1" }, "/cache");
  assert.match(cause("TIMEOUT"), /time limit was reached on n1/);
  assert.match(cause("OUT_OF_MEMORY", "0:125"), /more memory .* --mem allows more/);
  assert.match(cause("NODE_FAIL"), /node failed/);
  assert.match(cause("PREEMPTED"), /another job took its place on n1/);
  assert.match(cause("FAILED", "0:9"), /ended by signal 9 on n1 \(FAILED\)/);
  assert.match(cause("FAILED", "3:0"), /ended with code 3/);
  assert.match(cause("COMPLETED"), /ended on n1 as COMPLETED without its result/);
  assert.match(cause("FAILED", "74:0"), /could not write into \/cache on n1: the disk may be full/);
  for (const exit of ["66:0", "0:53"]) {
    assert.match(cause("FAILED", exit), /n1 does not see \/cache: --cache needs/);
  }
});
