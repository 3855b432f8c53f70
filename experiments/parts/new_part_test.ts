import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const LIST = "experiments/parts/mod.ts";

/** A part of its own folder: the mean of random numbers, trained with Muon's record though it has no matrix. */
const MEAN = `import { fold, host, normal, type Tensor, tf } from "../../../lib/engine/mod.ts";
import { compileTrainStep, MUON_OPTIMIZER } from "../../../lib/training/mod.ts";
import { checkpointPath, readCheckpoint } from "../../mini/checkpoints.ts";
import { type Part, stepOptions } from "../part.ts";

export const MEAN: Part = {
  name: "mean",
  kind: "addition",
  data: "random numbers",
  reads: [],
  recipe: {
    steps: 3,
    batch: 4,
    seed: 1,
    schedule: { kind: "linear", lr: 0.1, warmup: 0 },
    optimizer: MUON_OPTIMIZER,
    summary: "The mean of draws",
  },
  async prepare(_bank, { recipe, batches, compile }) {
    const step = await compileTrainStep({
      compile,
      frozen: {},
      trainable: { mean: host([0], [1]) },
      inputs: { x: { shape: [recipe.batch] } },
      ...stepOptions(recipe),
      loss: ({ mean }, _, { x }) => ({ loss: tf.mean(tf.square(tf.sub(x as Tensor, mean as Tensor))) }),
    });
    return {
      step,
      batch: (index) => ({ x: normal(fold(batches, index), recipe.batch) }),
      finish: () => Promise.resolve({ tensors: step.weights(), config: {} }),
    };
  },
  measurement: {
    checkpoints: ["mean"],
    items: { what: "draws", usual: 2, low: 1, high: 9 },
    pictures: false,
    async measure({ folder, items }) {
      const { tensors } = await readCheckpoint("mean", checkpointPath("mean", folder));
      const value = Number(tensors.mean!.data[0]);
      return { method: "Read.", scores: [{ name: "mean", value, n: items, bar: { least: -9, items: 1 } }] };
    },
  },
};
`;

Deno.test("a frozen part is one folder and its line in the list: pretrain makes it, evaluate measures it, help names it", () => {
  const copy = mkdtempSync(join(tmpdir(), "part-"));
  try {
    for (const name of ["lib", "experiments", "deno.json", "deno.lock"]) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    for (const name of ["node_modules", "results"]) symlinkSync(join(root, name), join(copy, name));
    mkdirSync(join(copy, "data/checkpoints"), { recursive: true });
    for (const name of readdirSync(join(root, "data"))) {
      if (name !== "checkpoints") symlinkSync(join(root, "data", name), join(copy, "data", name));
    }
    // The artwork, where it was drawn already.
    mkdirSync(join(copy, ".cache"));
    if (existsSync(join(root, ".cache/tasks"))) {
      symlinkSync(join(root, ".cache/tasks"), join(copy, ".cache/tasks"));
    }
    const before = readFileSync(join(copy, LIST), "utf8");
    const after = before
      .replace('import { LORAS } from "./lora/mod.ts";', '$&\nimport { MEAN } from "./mean/mod.ts";')
      .replace("  ...LORAS,\n", "$&  MEAN,\n");
    assert.equal(after.split("\n").length, before.split("\n").length + 2);
    writeFileSync(join(copy, LIST), after);
    mkdirSync(join(copy, "experiments/parts/mean"));
    writeFileSync(join(copy, "experiments/parts/mean/mod.ts"), MEAN);
    const task = (name: string, ...args: string[]) =>
      execFileSync(Deno.execPath(), ["run", "-A", `experiments/${name}/cli.ts`, ...args], {
        cwd: copy,
        encoding: "utf8",
        stdio: "pipe",
      });
    for (const name of ["pretrain", "evaluate"]) assert.match(task(name, "--help"), /\|mean\b/);
    assert.match(task("pretrain", "mean"), /mean: The mean of draws\n3 steps of batch 4, seed 1/);
    const found = JSON.parse(task("evaluate", "mean", "--json", "--card"));
    assert.equal(found.scores[0].verdict, "pass");
    assert.match(readFileSync(join(copy, "data/checkpoints/mean.md"), "utf8"), /random numbers/);
  } finally {
    rmSync(copy, { recursive: true });
  }
});
