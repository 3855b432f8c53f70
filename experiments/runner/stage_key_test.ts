import assert from "node:assert/strict";
import { duration } from "../../lib/notebook/duration.ts";
import { progressDisplay } from "./progress_display.ts";
import { canonicalJson, stageKeys } from "./stage_key.ts";
import type { Stage } from "./stage.ts";

const stage = (config: Stage["config"], parents: Stage[] = []): Stage => ({
  id: "a",
  title: "a",
  config,
  code: [],
  data: {},
  parents,
  expectedSeconds: 1,
  run: () => Promise.resolve(),
});

const keyOf = async (target: Stage) => (await stageKeys([target])).get(target);

Deno.test("stageKeys() depend on values, code, data and parents, not on the order of names", async () => {
  const empty = await keyOf(stage({}));
  assert.equal(await keyOf(stage({ x: 1, y: [2] })), await keyOf(stage({ y: [2], x: 1 })));
  assert.notEqual(await keyOf(stage({ x: 1 })), await keyOf(stage({ x: 2 })));
  assert.notEqual(empty, await keyOf({ ...stage({}), data: { "weights": "0" } }));
  const code = [{ module: "experiments/runner/stage_key.ts", export: "canonicalJson" }];
  assert.notEqual(empty, await keyOf({ ...stage({}), code }));
  assert.notEqual(
    await keyOf({ ...stage({}), id: "b", parents: [stage(1)] }),
    await keyOf({ ...stage({}), id: "b", parents: [stage(2)] }),
  );
  assert.throws(() => canonicalJson({ x: NaN }), RangeError);
});

Deno.test("progressDisplay() writes plain lines with throughput when it is on no terminal", () => {
  const lines: string[] = [];
  const display = progressDisplay({ write: (line) => lines.push(line), terminal: false });
  const one = stage({});
  display.show({ kind: "cached", stage: one });
  display.show({ kind: "started", stage: one, reason: "not computed yet" });
  for (let done = 1; done <= 50; done++) {
    display.show({ kind: "progress", stage: one, done, total: 50, unit: "steps" });
  }
  display.show({ kind: "notice", stage: one, text: "something" });
  display.show({ kind: "finished", stage: one, seconds: 200 });
  display.close();
  assert.equal(lines.length, 5);
  assert.equal(lines[0], "1 stage read from the cache");
  assert.match(lines[2] as string, /a: 50 of 50 steps, .+\/s, 0.0 s left/);
  assert.equal(lines[4], "  a: done in 3 min 20 s");
  assert.deepEqual([duration(3.14), duration(59.96), duration(7260), duration(Infinity)], [
    "3.1 s",
    "60 s",
    "2 h 1 min",
    "?",
  ]);
});
