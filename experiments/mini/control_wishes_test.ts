import assert from "node:assert/strict";
import { keywordForms } from "../../lib/instructions/keyword_rule.ts";
import { FIXED_INSTRUCTIONS } from "../../lib/instructions/mod.ts";
import { loadBank, lookChoice, TASK_RECORDS, TASKS } from "../../lib/tasks/mod.ts";
import { controlItems, controlNoise, controlWishes, shownItems, tasksOf } from "./control_wishes.ts";

const items = controlItems(await loadBank(), { scenes: 6, portraits: 4 });

Deno.test("controlWishes() asks every condition for every task that its kind allows, in words of the asked kind", () => {
  const allowed = (kind: "scene" | "portrait") =>
    TASK_RECORDS.filter(({ takes }) => takes[kind]).map(({ id }) => id);
  for (const item of items) assert.deepEqual(tasksOf(item), allowed(item.kind));
  const heldOut = controlWishes(items, "held-out");
  assert.equal(heldOut.length, 6 * allowed("scene").length + 4 * allowed("portrait").length);
  assert.deepEqual(controlWishes(items, "held-out"), heldOut);
  for (const { item, task, instruction } of heldOut) {
    const name = item.items.get(task)!.objectName;
    if (name !== undefined) assert.ok(instruction.toLowerCase().includes(name), instruction);
  }
  for (const { task, instruction } of controlWishes(items, "fixed")) {
    assert.equal(instruction, FIXED_INSTRUCTIONS[task]);
  }
  for (const { instruction } of controlWishes(items, "free")) {
    for (const task of TASKS) assert.deepEqual(keywordForms(instruction, task), []);
  }
  assert.ok(controlWishes(items, "none").every(({ instruction }) => instruction === ""));
});

Deno.test("controlNoise() is a condition's own, whatever the instruction, and another for another kind, number or seed", () => {
  const [scene] = items, portrait = items.find(({ kind }) => kind === "portrait")!;
  const noise = controlNoise(scene!, 1);
  assert.deepEqual(controlNoise(scene!, 1), noise);
  for (const other of [controlNoise(scene!, 2), controlNoise(items[1]!, 1), controlNoise(portrait, 1)]) {
    assert.notDeepEqual(other, noise);
  }
  assert.equal(portrait.index, scene!.index);
});

Deno.test("shownItems() shows treated conditions before untreated ones, as many of each kind as asked for", () => {
  const shown = shownItems(items, { scenes: 3, portraits: 2 });
  assert.deepEqual(shown.map(({ kind }) => kind), ["scene", "scene", "scene", "portrait", "portrait"]);
  for (const kind of ["scene", "portrait"]) {
    const treated = shown.filter((item) => item.kind === kind).map((item) => lookChoice(item) !== undefined);
    assert.deepEqual(treated, treated.toSorted((a, b) => Number(b) - Number(a)));
  }
  assert.equal(shownItems(items, { scenes: 99, portraits: 99 }).length, items.length);
});
