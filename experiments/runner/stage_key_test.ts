import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duration, progressDisplay } from "./progress_display.ts";
import { canonicalJson, stageKey } from "./stage_key.ts";
import { importsOf, sourceVersion } from "./source_version.ts";
import type { Stage } from "./stage.ts";

const stage = (config: Stage["config"], parents: Stage[] = []): Stage => ({
  id: "a",
  title: "a",
  config,
  codeVersion: "1",
  data: {},
  parents,
  expectedSeconds: 1,
  run: () => Promise.resolve(),
});

Deno.test("stageKey() depends on values and parents, not on the order of names", () => {
  assert.equal(stageKey(stage({ x: 1, y: [2] })), stageKey(stage({ y: [2], x: 1 })));
  assert.notEqual(stageKey(stage({ x: 1 })), stageKey(stage({ x: 2 })));
  assert.notEqual(stageKey(stage({})), stageKey({ ...stage({}), data: { "weights": "0" } }));
  assert.notEqual(
    stageKey({ ...stage({}), id: "b", parents: [stage(1)] }),
    stageKey({ ...stage({}), id: "b", parents: [stage(2)] }),
  );
  assert.throws(() => canonicalJson({ x: NaN }), RangeError);
});

Deno.test("importsOf() finds what a module loads and leaves types out", () => {
  const text = [
    'import { a, type B } from "./a.ts";',
    'import type { C } from "./types.ts";',
    'export type { D } from "./types.ts";',
    'import { \n  e, \n  f, \n } from "../e.ts";',
    'export { g } from "./g.ts";',
    'import "./effect.ts";',
    'import data from "./data.json" with { type: "json" };',
    'const h = await import("./h.ts");',
  ].join("\n");
  assert.deepEqual(importsOf(text), ["./a.ts", "../e.ts", "./g.ts", "./effect.ts", "./data.json", "./h.ts"]);
});

Deno.test("sourceVersion() changes when a module it reaches or a pinned package changes, and not for others", () => {
  const root = mkdtempSync(join(tmpdir(), "version-"));
  try {
    mkdirSync(join(root, "lib"));
    const put = (name: string, text: string) => writeFileSync(join(root, name), text);
    put("deno.json", '{"imports":{"left":"npm:left@1.0.0"}}');
    put("main.ts", 'import { a } from "./lib/a.ts";\n');
    put("lib/a.ts", 'import left from "left/pad";\nimport { main } from "../main.ts";\n');
    put("lib/b.ts", "");
    const version = () => sourceVersion("main.ts", { root });
    const first = version();
    put("lib/b.ts", "changed");
    assert.equal(version(), first);
    put("lib/a.ts", 'import left from "left/pad"; // changed\n');
    const second = version();
    assert.notEqual(second, first);
    put("deno.json", '{"imports":{"left":"npm:left@1.0.1"}}');
    assert.notEqual(version(), second);
  } finally {
    rmSync(root, { recursive: true });
  }
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
