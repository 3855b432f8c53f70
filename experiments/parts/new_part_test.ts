import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../lib/hub/mod.ts";
import { copyArtwork, treeCopy } from "../tree_copy.ts";

const LIST = "experiments/parts/mod.ts";
const LORAS = 'import { LORAS } from "./lora/mod.ts";';

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
  using copy = treeCopy();
  copy.link("results");
  mkdirSync(join(copy.folder, "data/checkpoints"), { recursive: true });
  for (const name of readdirSync("data")) if (name !== "checkpoints") copy.link(`data/${name}`);
  copyArtwork(copy, cacheFolder());
  const added = copy.edit(
    LIST,
    [LORAS, `${LORAS}\nimport { MEAN } from "./mean/mod.ts";`],
    ["  ...LORAS,\n", "  ...LORAS,\n  MEAN,\n"],
  );
  assert.equal(added, 2);
  copy.write("experiments/parts/mean/mod.ts", MEAN);
  const task = (name: string, ...args: string[]) =>
    copy.deno("run", "-A", `experiments/${name}/cli.ts`, ...args);
  for (const name of ["pretrain", "evaluate"]) assert.match(task(name, "--help"), /\|mean\b/);
  assert.match(task("pretrain", "mean"), /mean: The mean of draws\n3 steps of batch 4, seed 1/);
  const found = JSON.parse(task("evaluate", "mean", "--json", "--card"));
  assert.equal(found.scores[0].verdict, "pass");
  assert.match(readFileSync(join(copy.folder, "data/checkpoints/mean.md"), "utf8"), /random numbers/);
});
