import assert from "node:assert/strict";
import { ASPECTS } from "./aspects.ts";
import { CONTROL_ORACLES } from "./control_oracles.ts";
import { loadBank } from "./pair.ts";
import { drawPortrait } from "./portrait_image.ts";
import { TASK_RECORDS } from "./registry.ts";
import { drawScene } from "./scene_image.ts";
import { controlItem } from "./shared_items.ts";

const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** How much of its target a task may leave unfound, and how much of what it leaves may seem taken, scaled from what is asked alone to the own task's targets. */
const SLACK = 0.15;

Deno.test("the targets have what their task takes of a condition and hardly what it leaves, as the control oracles see it", async () => {
  const bank = await loadBank();
  for (const [kind, count] of [["scene", 40], ["portrait", 40]] as const) {
    const items = Array.from(
      { length: count },
      (_, index) => controlItem(bank, TASK_RECORDS, { kind, index }),
    );
    for (const aspect of ASPECTS) {
      const { score } = CONTROL_ORACLES[aspect];
      const own = TASK_RECORDS.find(({ aspects }) => aspects.takes === aspect)!;
      if (own.takes[kind] === undefined) {
        assert.equal(score(bank, items[0]!, items[0]!.condition), undefined, `${aspect} of a ${kind}`);
        continue;
      }
      const rows = items.flatMap((item) => {
        const { asked } = item;
        const alone = asked.kind === "scene"
          ? drawScene(bank.sprites, asked).image
          : drawPortrait(bank.portraits, asked);
        const base = score(bank, item, alone);
        if (base === undefined) return [];
        const of = Object.fromEntries(
          [...item.items].map(([task, { target }]) => [task, score(bank, item, target) as number]),
        );
        return [{ base, of }];
      });
      assert.ok(rows.length >= 10, `${aspect} of ${kind}s: ${rows.length}`);
      const mean = (pick: (row: (typeof rows)[number]) => number) => average(rows.map(pick));
      const base = mean(({ base }) => base);
      const full = mean(({ of }) => of[own.id]!);
      assert.ok(full - base >= 0.3 || aspect === "everything", `${aspect} of ${kind}s: ${base} to ${full}`);
      assert.ok(full > base && full <= 1);
      for (const { id, aspects, takes } of TASK_RECORDS) {
        if (takes[kind] === undefined || !aspects.leaves.some((left) => left === aspect)) continue;
        const taken = (mean(({ of }) => of[id]!) - base) / (full - base);
        assert.ok(Math.abs(taken) <= SLACK, `${id} takes ${taken.toFixed(2)} of the ${aspect} of ${kind}s`);
      }
    }
  }
});

Deno.test("what a task takes is no part of what it leaves, and every column has one task of its own", () => {
  for (const { aspects: { takes, leaves } } of TASK_RECORDS) {
    assert.ok(leaves.every((aspect) => aspect !== takes));
    assert.equal(new Set(leaves).size, leaves.length);
  }
  const taken = TASK_RECORDS.flatMap(({ aspects: { takes } }) => takes === null ? [] : [takes]);
  assert.deepEqual([...taken].sort(), [...ASPECTS].sort());
});
