import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import type { Options } from "../jobs/run_config.ts";
import { VAE } from "../parts/vae/mod.ts";
import { stageKeys } from "../runner/mod.ts";
import { readCommand } from "./cli.ts";
import type { Start } from "./train_part.ts";
import { trainingStage } from "./training_stage.ts";

Deno.test("readCommand() distinguishes what a training begins from and how long it is", () => {
  assert.deepEqual(readCommand(["vae"]), {
    help: false,
    part: "vae",
    start: { from: "fresh" },
    device: "cpu",
  });
  assert.deepEqual(readCommand(["vae", "--warm-start", "--steps", "1700", "--threads=1"]), {
    help: false,
    part: "vae",
    start: { from: "checkpoint", steps: 1700 },
    device: "cpu",
    threads: 1,
  });
  assert.deepEqual(readCommand(["lora-comic", "--resume"]), {
    help: false,
    part: "lora-comic",
    start: { from: "working state" },
    device: "cpu",
  });
  const { job } = readCommand(["vae", "--executor", "slurm", "--mem=8G"]) as { job: Options };
  assert.deepEqual(Object.fromEntries(job.values), { executor: "slurm", mem: "8G" });
  const folder = mkdtempSync(join(tmpdir(), "pretrain-"));
  try {
    const config = join(folder, "run.json");
    writeFileSync(config, JSON.stringify({ executor: "slurm", steps: 5, device: "cuda", wait: true }));
    const read = readCommand(["vae", "--config", config, "--steps", "7"]);
    assert.ok(!read.help && read.job?.flags.has("wait"));
    assert.deepEqual([read.start, read.device], [{ from: "fresh", steps: 7 }, "cuda"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.deepEqual(readCommand(["--help"]), { help: true });
});

Deno.test("readCommand() says in one sentence which arguments are wrong or exclude each other", () => {
  const faults: [string, RegExp][] = [
    ["", /^Pre-training expects vae/],
    ["encodr", /did you mean "encoder"\?$/],
    ["vae base", /needs one part, got "vae base"$/],
    ["vae --steps 2.5", /^--steps expects a whole number from 1 to \d+, got "2\.5"$/],
    ["vae --minutes 0", /^--minutes expects a whole number/],
    ["vae --threads -1", /^--threads expects a whole number/],
    ["vae --stpes 3", /did you mean "--steps"\?$/],
    ["vae --steps 3 --minutes 1", /^--minutes and --steps exclude each other/],
    ["vae --resume --warm-start", /^--resume and --warm-start exclude each other/],
    ["vae --resume --steps 3", /leave out --steps$/],
    ["vae --resume --minutes 3", /leave out --minutes$/],
    ["vae --device gpu", /^--device expects cpu, webgpu or cuda, got "gpu"/],
    ["vae --time 60", /^--time expects --executor slurm, got --executor local$/],
    ["vae --dry-run", /^--dry-run expects --executor slurm, got --executor local$/],
  ];
  for (const [line, pattern] of faults) {
    assert.throws(() => readCommand(line.split(" ").filter(Boolean)), (error: Error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  }
});

Deno.test("trainingStage() names what is trained, and on what, in its key; what only one machine could tell is refused", async () => {
  const keyOf = async (part: string, start: Start) => {
    const stage = trainingStage({ part, start, device: "cpu" });
    return (await stageKeys([stage])).get(stage);
  };
  const fresh = await keyOf("vae", { from: "fresh" });
  assert.equal(await keyOf("vae", { from: "fresh", steps: VAE.recipe.steps }), fresh);
  assert.notEqual(await keyOf("vae", { from: "fresh", steps: 7 }), fresh);
  assert.notEqual(await keyOf("vae", { from: "checkpoint" }), fresh);
  const { data } = trainingStage({ part: "controlnet-pose", start: { from: "fresh" }, device: "cpu" });
  assert.ok("data/checkpoints/base.safetensors" in data);
  for (
    const [start, pattern] of [
      [{ from: "working state" }, /^--executor slurm expects no --resume: a job goes on/],
      [{ from: "fresh", minutes: 3 }, /^--executor slurm expects --steps: --minutes is measured/],
    ] as const
  ) {
    assert.throws(
      () => trainingStage({ part: "vae", start, device: "cpu" }),
      (error) => error instanceof UserError && pattern.test(error.message),
    );
  }
});
