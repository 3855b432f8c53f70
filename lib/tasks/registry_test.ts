import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { colourLikeness } from "./colour_likeness.ts";
import { newImage } from "./canvas.ts";
import { composePair } from "./compose.ts";
import { oracleScores } from "./oracle_scores.ts";
import { loadBank } from "./pair.ts";
import { TASK_RECORDS, type TaskId, taskOf, TASKS } from "./registry.ts";

Deno.test("every task is a record in a file of its name; ids, keywords, colours and marks are its own", () => {
  for (const { id } of TASK_RECORDS) assert.ok(existsSync(new URL(`./${id}.ts`, import.meta.url)), id);
  const own = (of: (task: (typeof TASK_RECORDS)[number]) => unknown) =>
    assert.equal(new Set(TASK_RECORDS.map((task) => JSON.stringify(of(task)))).size, TASKS.length);
  own(({ id }) => id);
  own(({ title }) => title);
  own(({ words }) => words.keyword);
  own(({ words }) => words.fixed);
  own(({ display }) => display.colour);
  own(({ display }) => display.symbol);
  own(({ display }) => display.solid);
});

Deno.test("a task's keyword, fixed instruction, request and what others call it hold its own keyword alone", () => {
  const forms = (text: string, { words }: (typeof TASK_RECORDS)[number]) =>
    [...text.matchAll(words.forms)].length;
  for (const task of TASK_RECORDS) {
    const { keyword, fixed, named, request } = task.words;
    assert.equal(forms(keyword, task), 1);
    assert.ok(forms(request, task) > 0);
    for (const text of [fixed, ...named]) {
      assert.ok(forms(text, task) > 0, text);
      for (const other of TASK_RECORDS) if (other !== task) assert.equal(forms(text, other), 0, text);
    }
  }
});

Deno.test("oracles score a target near their best and an empty picture below it", async () => {
  const bank = await loadBank();
  for (const task of TASKS) {
    const items = Array.from({ length: 8 }, (_, index) => composePair(bank, { task, split: "val", index }));
    const mean = (outputs: readonly Uint8Array[]) =>
      oracleScores(bank, task, { items, outputs })
        .reduce((sum, scores) => sum + scores[taskOf(task).oracle.name]!, 0) / items.length;
    const targets = mean(items.map(({ target }) => target));
    assert.ok(targets > 0.6 && targets <= 1, `${task}: ${targets}`);
    assert.ok(mean(items.map(() => newImage())) < targets, task);
  }
});

Deno.test("an oracle refuses what it cannot judge instead of giving 0", async () => {
  const bank = await loadBank();
  const [scene, portrait] = (["style", "face"] as const).map((task) =>
    composePair(bank, { task, split: "val", index: 0 })
  );
  const score = (task: TaskId, item: typeof scene) =>
    oracleScores(bank, task, { items: [item!], outputs: [item!.target] });
  assert.throws(() => score("object", portrait), /needs a scene/);
  assert.throws(() => score("face", scene), /needs a portrait/);
});

Deno.test("what may leak is in the condition wholly, and less in the target", async () => {
  const bank = await loadBank();
  for (const { id: task, leak } of TASK_RECORDS) {
    if (leak === null) continue;
    const items = Array.from({ length: 8 }, (_, index) => composePair(bank, { task, split: "val", index }));
    for (const item of items) {
      if (leak.kind === "name") {
        const own = leak.own(item);
        assert.equal(own === undefined, item.truth.condition.kind === "portrait");
        if (own !== undefined) {
          assert.ok(item.conditionCaption.startsWith(leak.names()[own]!), item.conditionCaption);
        }
        continue;
      }
      assert.ok(Math.abs(colourLikeness(item.condition, item.condition, leak) - 1) < 1e-9);
      assert.ok(colourLikeness(item.target, item.condition, leak) < 1);
    }
  }
});

Deno.test("taskOf() names the tasks when asked for an unknown one", () => {
  assert.throws(
    () => taskOf("colours" as TaskId),
    /replication, style, object, composition, face, got "colours"/,
  );
});
