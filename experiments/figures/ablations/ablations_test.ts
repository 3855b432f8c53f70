import assert from "node:assert/strict";
import { TASKS } from "../../../lib/tasks/mod.ts";
import { ablationStages, figure as ablations } from "./mod.ts";
import { ABLATIONS } from "./record.ts";
import type { TrainRequest } from "../../setting/model_requests.ts";
import { TABLE1_CODE } from "../table1/model_code.ts";
import { inOrder, type Stage, stageKeys } from "../../runner/mod.ts";
import { table1Stages } from "../table1/stages.ts";

const keyOf = async (stage: Stage) => (await stageKeys([stage])).get(stage);

const request = {
  scale: "mini",
  budget: "smoke",
  seeds: [1, 2],
  tasks: TASKS,
  device: "cpu",
} as const;

Deno.test("the ablations add their own trainings to Table 1's, which keep their keys and know nothing of them", async () => {
  const stages = inOrder(ablations.targets(request));
  const table1 = new Map(table1Stages(request, TABLE1_CODE).map((stage) => [stage.id, stage]));
  const find = (id: string) => table1.get(id) as Stage;
  const shared = stages.filter(({ id }) =>
    /^(encode-(?!paper-)|train-instruct-|score-(instruct|ip-adapter-plus|ground-truth)-)/.test(id)
  );
  assert.equal(shared.length, 5 + 2 + 2 * (5 + 2) + 2);
  for (const stage of shared) {
    assert.equal(await keyOf(stage), await keyOf(find(stage.id)), stage.id);
    assert.ok(
      !("instruct" in (stage.config as object)) && !("instructionOverride" in (stage.config as object)),
    );
  }
  const rows = [...ABLATIONS.variants, ...ABLATIONS.leftOut].map(({ row }) => row);
  for (
    const row of [
      ...["tokens", "one-hot", "unfiltered", "paper-sourced", "unclip"] as const,
      ...["without-style", "without-object"] as const,
    ]
  ) assert.ok(rows.includes(row), row);
  const trained = stages.filter(({ id }) => id.startsWith("train-") && !id.startsWith("train-instruct-"));
  assert.deepEqual(
    trained.filter(({ id }) => id.endsWith("seed1")).map(({ id }) => id),
    rows.map((row) => `train-${row}-seed1`),
  );
  assert.equal(new Set(await Promise.all(trained.map(keyOf))).size, 2 * rows.length);
  // One thing changes at a time: all else is as in the joint model's training.
  const joint = find("train-instruct-seed1").config as Record<string, unknown>;
  for (const { id, config } of trained.filter(({ id }) => id.endsWith("seed1"))) {
    const own = config as Record<string, unknown>;
    const changed = Object.keys(own).filter((name) =>
      JSON.stringify(own[name]) !== JSON.stringify(joint[name])
    );
    assert.ok(changed.length <= 1, `${id}: ${changed}`);
  }
  const overridden = stages.filter(({ id }) => /^use-.*other-instruction-/.test(id));
  assert.equal(overridden.length, 2 * (4 + 2));
  for (const { config } of overridden) {
    const { task, instructionOverride } = config as { task: string; instructionOverride: string };
    assert.notEqual(task, instructionOverride);
  }
});

Deno.test("an ablation of the recipe is a record: its training differs from Table 1's in the recipe alone", async () => {
  const recipe = { lossWeighting: "uniform", drop: { image: 0.1, text: 0.1, both: 0 } } as const;
  const variant = {
    row: "unweighted",
    label: "Unweighted loss",
    form: "pooled",
    corpus: "filtered",
    recipe,
  } as const;
  const stages = inOrder(ablationStages(request, { ...ABLATIONS, variants: [variant] }));
  const [own, joint] = ["train-unweighted-seed1", "train-instruct-seed1"].map((id) =>
    stages.find((stage) => stage.id === id) as Stage
  ) as [Stage, Stage];
  const [config, usual] = [own.config, joint.config] as [TrainRequest, TrainRequest];
  assert.deepEqual(config, { ...usual, recipe: { ...usual.recipe, ...recipe } });
  assert.deepEqual(own.parents.map(({ id }) => id), joint.parents.map(({ id }) => id));
  assert.notEqual(await keyOf(own), await keyOf(joint));
  assert.ok(stages.some(({ id }) => id === "score-unweighted-style-seed1"));
});

Deno.test("the model of the paper's sources differs from the joint one in its pairs alone, and is scored on shared ones", () => {
  const stages = inOrder(ablations.targets(request));
  const find = (id: string) => stages.find((stage) => stage.id === id) as Stage;
  const [own, joint] = [find("train-paper-sourced-seed1"), find("train-instruct-seed1")];
  assert.deepEqual(own.config, joint.config);
  assert.deepEqual(
    own.parents.map(({ id }) => id),
    TASKS.map((task) => `encode-paper-sources-${task}`),
  );
  for (const task of TASKS) {
    assert.deepEqual(find(`encode-paper-sources-${task}`).config, {
      ...find(`encode-${task}`).config as object,
      sources: "paper",
    });
    assert.deepEqual(
      find(`score-paper-sourced-${task}-seed1`).parents.map(({ id }) => id),
      [`encode-${task}`, own.id],
    );
  }
});

Deno.test("a model without a task is given another's instruction on that task's items alone", () => {
  const stages = inOrder(ablations.targets({ ...request, seeds: [1] }));
  const overridden = stages.filter(({ id }) => /^use-without-/.test(id));
  assert.deepEqual(
    overridden.map(({ config, parents }) => {
      const { row, task, instructionOverride } = config as Record<string, string>;
      return [row, task, instructionOverride, parents[1]!.id];
    }),
    [
      ["without-style-other-instruction", "style", "composition", "train-without-style-seed1"],
      ["without-object-other-instruction", "object", "style", "train-without-object-seed1"],
    ],
  );
});
