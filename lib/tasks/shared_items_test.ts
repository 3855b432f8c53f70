import assert from "node:assert/strict";
import { composePair, type Pair } from "./compose.ts";
import { type Bank, loadBank, type SceneTruth, sceneTruth } from "./pair.ts";
import type { PortraitSpec } from "./portrait_image.ts";
import { TASK_RECORDS, type TaskId, TASKS } from "./registry.ts";
import { conditionOf, controlItem, wishOf } from "./shared_items.ts";
import { wishPrompt } from "./wishes.ts";

let loaded: Promise<Bank> | undefined;
const bankOnce = (): Promise<Bank> => loaded ??= loadBank();

async function pairs(task: TaskId, count: number, split: "train" | "val" = "train"): Promise<Pair[]> {
  const bank = await bankOnce();
  return Array.from({ length: count }, (_, index) => composePair(bank, { task, split, index }));
}

const scenesOf = (items: readonly Pair[]) =>
  items.filter(({ truth }) => truth.condition.kind === "scene").map(({ truth }) => ({
    from: truth.condition as SceneTruth,
    to: sceneTruth(truth.target),
  }));
const portraitsOf = (items: readonly Pair[]) =>
  items.filter(({ truth }) => truth.condition.kind === "portrait").map(({ truth }) => ({
    from: truth.condition as PortraitSpec,
    to: truth.target as PortraitSpec,
  }));

Deno.test("replication takes everything", async () => {
  for (const { condition, target } of await pairs("replication", 24)) assert.deepEqual(condition, target);
});

Deno.test("style takes the look and nothing else", async () => {
  const items = await pairs("style", 40);
  for (const { from, to } of scenesOf(items)) assert.deepEqual(from.style, to.style);
  for (const { from, to } of portraitsOf(items)) {
    assert.deepEqual(from.treatment, to.treatment);
    assert.notEqual(from.identity.id, to.identity.id);
    assert.equal(from.identity.family, to.identity.family);
  }
  const same = scenesOf(items).filter(({ from, to }) => from.concept.word === to.concept.word).length;
  assert.ok(
    same / scenesOf(items).length < 0.6,
    "the thing is the condition's only where the prompt asks for it",
  );
});

Deno.test("object takes the thing, its drawing and colours, untreated, elsewhere", async () => {
  for (const { from, to } of scenesOf(await pairs("object", 30))) {
    assert.equal(from.concept, to.concept);
    assert.equal(from.colourway, to.colourway);
    assert.equal(from.style.family, to.style.family);
    assert.equal(to.style.treatment, "none");
    assert.notDeepEqual(from.layout, to.layout);
  }
});

Deno.test("composition takes the layout, half of the time with another thing, in another look unless the prompt asks for the same", async () => {
  const items = await pairs("composition", 80);
  const scenes = scenesOf(items);
  for (const { from, to } of scenes) {
    assert.deepEqual(from.layout, to.layout);
  }
  const share = (of: (pair: typeof scenes[number]) => boolean) => scenes.filter(of).length / scenes.length;
  const [others, looks] = [
    share(({ from, to }) => from.concept !== to.concept),
    share(({ from, to }) => from.style.id !== to.style.id),
  ];
  assert.ok(others > 0.35 && others < 0.7, `${others} with another thing`);
  assert.ok(looks > 0.75, `${looks} in another look`);
  for (const { from, to } of portraitsOf(items)) assert.deepEqual(from.layout, to.layout);
});

Deno.test("face takes the person in another view, untreated", async () => {
  const items = portraitsOf(await pairs("face", 30));
  assert.equal(items.length, 30);
  for (const { from, to } of items) {
    assert.equal(from.identity, to.identity);
    assert.equal(to.treatment.treatment, "none");
  }
});

Deno.test("conditions and prompts do not know the task: tasks share them one by one", async () => {
  const bank = await bankOnce();
  for (const split of ["train", "pre"] as const) {
    for (let number = 0; number < 6; number++) {
      for (const kind of ["scene", "portrait"] as const) {
        const wish = wishOf(bank, { kind, split, number });
        const seen = TASK_RECORDS.filter(({ takes }) => takes[kind]).map((task) => {
          const index = Array.from({ length: 40 }, (_, i) => i).find((i) => {
            const of = conditionOf(task, i);
            return of.kind === kind && of.number === number;
          })!;
          const { condition, prompt } = composePair(bank, { task: task.id, split, index });
          return { condition, prompt };
        });
        assert.ok(seen.length >= 4);
        for (const { condition, prompt } of seen) {
          assert.equal(prompt, wishPrompt(wish));
          assert.deepEqual(condition, seen[0]!.condition);
        }
      }
    }
  }
});

Deno.test("a classifier of all that is known of condition and prompt, but the instruction, guesses the task by chance", async () => {
  // Facts that could give a task away: kind, treatment, family, zoom, what the prompt speaks of and whether that is what the condition shows.
  const counts = new Map<string, Map<TaskId, number>>();
  let all = 0;
  for (const task of TASKS) {
    for (const { truth: { condition }, prompt } of await pairs(task, 200)) {
      const scene = condition.kind === "scene" ? condition : undefined;
      const facts = [
        condition.kind,
        scene ? scene.style.treatment !== "none" : (condition as PortraitSpec).treatment.treatment !== "none",
        scene ? prompt.includes(scene.concept.word) : prompt.includes((condition as PortraitSpec).background),
        prompt.includes("a picture"),
        prompt.split(", ").length,
      ].join();
      const of = counts.get(facts) ?? new Map<TaskId, number>();
      of.set(task, (of.get(task) ?? 0) + 1);
      counts.set(facts, of);
      all++;
    }
  }
  // The best guess knows how frequent the tasks are among each kind's conditions; so does chance.
  const kinds = new Map<string, Map<TaskId, number>>();
  for (const [facts, of] of counts) {
    const kind = facts.split(",")[0]!;
    const sum = kinds.get(kind) ?? new Map<TaskId, number>();
    for (const [task, count] of of) sum.set(task, (sum.get(task) ?? 0) + count);
    kinds.set(kind, sum);
  }
  const best = (groups: Iterable<Map<TaskId, number>>) =>
    [...groups].reduce((sum, of) => sum + Math.max(...of.values()), 0) / all;
  const [guess, chance] = [best(counts.values()), best(kinds.values())];
  assert.ok(guess - chance <= 0.1, `${guess} against ${chance}`);
});

Deno.test("controlItem() gives a condition all its tasks' targets under one prompt that names nothing of it", async () => {
  const bank = await bankOnce();
  for (const kind of ["scene", "portrait"] as const) {
    for (let index = 0; index < 8; index++) {
      const { items, prompt } = controlItem(bank, TASK_RECORDS, { kind, index });
      assert.deepEqual(
        [...items.keys()],
        TASK_RECORDS.filter(({ takes }) => takes[kind]).map(({ id }) => id),
      );
      const all = [...items.values()];
      for (const item of all) {
        assert.equal(item.prompt, prompt);
        assert.deepEqual(item.condition, all[0]!.condition);
      }
      assert.equal(new Set(all.map(({ target }) => target.join())).size, all.length);
      const { condition } = all[0]!.truth;
      if (condition.kind === "scene") assert.ok(!prompt.split(" ").includes(condition.concept.word));
    }
  }
});
