import assert from "node:assert/strict";
import { TASKS } from "../../lib/tasks/mod.ts";
import { treeCopy } from "../tree_copy.ts";

const LIST = "experiments/figures/ablations/record.ts";
const TOKENS = '    { row: "tokens", label: "Word pieces", form: "tokens", corpus: "filtered" },\n';

/** A joint model whose loss has no weights. */
const UNWEIGHTED =
  '    { row: "unweighted", label: "Unweighted loss", form: "pooled", corpus: "filtered", recipe: { lossWeighting: "uniform" } },\n';

Deno.test("an ablation is its line in the record: it is trained and scored on every task, and all else keeps its key", () => {
  using copy = treeCopy();
  for (const name of ["data", "results"]) copy.link(name);
  const planned = (): ReadonlyMap<string, string> => {
    const plan = ["ablations", "--budget", "smoke", "--seeds", "1", "--dry-run", "--json"];
    const stages = JSON.parse(copy.deno("run", "-A", "--no-check", "experiments/cli.ts", ...plan));
    return new Map(stages.map(({ id, key }: { id: string; key: string }) => [id, key]));
  };
  const before = planned();
  assert.equal(copy.edit(LIST, [TOKENS, TOKENS + UNWEIGHTED]), 1);
  copy.deno("check", LIST);
  const after = planned();
  assert.deepEqual(
    [...after.keys()].filter((id) => !before.has(id)),
    ["train-unweighted-seed1", ...TASKS.map((task) => `score-unweighted-${task}-seed1`)],
  );
  assert.deepEqual([...before].filter(([id, key]) => after.get(id) !== key).map(([id]) => id), [
    "ablations-summary",
  ]);
});
