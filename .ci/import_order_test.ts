import assert from "node:assert/strict";
import { circles, importGraph, isTest } from "./import_graph.ts";
import { circleFaults, faults } from "./import_order.ts";

Deno.test("faults() names an import against the order, upwards or sideways, and allows one downwards", () => {
  assert.deepEqual(
    faults("lib/nn/a.ts", 'import { tf } from "../engine/mod.ts";\nimport { b } from "./b.ts";'),
    [],
  );
  assert.match(
    faults("lib/engine/a.ts", 'import type { A } from "../nn/mod.ts";')[0] as string,
    /lib\/engine may not import from lib\/nn/,
  );
  assert.match(
    faults("lib/clip/a.ts", 'const a = await import("../diffusion/mod.ts");')[0] as string,
    /lib\/diffusion/,
  );
  assert.match(
    faults("lib/nn/deep/a.ts", 'export * from "../../../experiments/cli.ts";')[0] as string,
    /experiments/,
  );
  assert.match(faults("lib/other/a.ts", "")[0] as string, /has no rank/);
  assert.match(faults("experiments/other/a.ts", "")[0] as string, /has no rank/);
});

Deno.test("faults() allows tensor libraries in lib/engine alone", () => {
  assert.deepEqual(faults("lib/engine/a.ts", 'import * as tf from "@tensorflow/tfjs-core";'), []);
  assert.match(faults("experiments/a.ts", 'import "onnxruntime-node";')[0] as string, /only lib\/engine/);
});

Deno.test("faults() ranks the folders inside experiments and bench, and lets their tests import what they like", () => {
  const up = 'import type { Fig4 } from "../figures/fig4/mod.ts";';
  assert.match(
    faults("experiments/runner/a.ts", up)[0] as string,
    /experiments\/runner may not import from experiments\/figures/,
  );
  assert.deepEqual(faults("experiments/runner/a_test.ts", up), []);
  assert.deepEqual(faults("experiments/explore/browser_test/a.ts", 'import "../../cli.ts";'), []);
  assert.deepEqual(faults("experiments/figures/a.ts", 'import { run } from "../runner/mod.ts";'), []);
  assert.match(
    faults("experiments/setting/a.ts", 'import { a } from "../cli.ts";')[0] as string,
    /experiments$/,
  );
});

Deno.test("circles() finds every circle once, through types and late imports, and none where arrows point one way", () => {
  const found = (texts: Record<string, string>) => circles(importGraph(Object.entries(texts)));
  assert.deepEqual(
    found({
      "a/a.ts": 'import type { B } from "./b.ts";\nimport { d } from "../d.ts";',
      "a/b.ts": 'export { c } from "./c.ts";',
      "a/c.ts": 'const a = await import("./a.ts");',
      "d.ts": 'import { e } from "./e.ts";',
      "e.ts": 'export * from "./d.ts";',
      "f.ts": 'import "./f.ts";',
    }),
    [["d.ts", "e.ts"], ["a/a.ts", "a/b.ts", "a/c.ts"], ["f.ts"]],
  );
  assert.deepEqual(
    found({
      "a.ts": 'import "./b.ts";\nimport "./c.ts";',
      "b.ts": 'import "./d.ts";',
      "c.ts": 'import "./d.ts";',
      "d.ts": 'import "npm:x";\nimport "./gone.ts";',
    }),
    [],
  );
});

Deno.test("circleFaults() leaves tests out", () => {
  const circle = (name: string) => [
    [`lib/nn/${name}.ts`, `import "./other.ts";`] as const,
    ["lib/nn/other.ts", `import "./${name}.ts";`] as const,
  ];
  assert.deepEqual(circleFaults(circle("a")), [
    "files import each other in a circle: lib/nn/a.ts, lib/nn/other.ts",
  ]);
  assert.deepEqual(circleFaults(circle("a_test")), []);
  assert.deepEqual(["lib/a_test.ts", "lib/testdata/a.ts", "x/browser_test/a.ts", "lib/a.ts"].map(isTest), [
    true,
    true,
    true,
    false,
  ]);
});

Deno.test("circleFaults() finds folders that import each other at any depth, though none of their files do", () => {
  const found = (texts: Record<string, string>) => circleFaults(Object.entries(texts));
  const down = 'import "./b.ts";';
  assert.deepEqual(
    found({
      "lib/nn/one/a.ts": 'import "../two/a.ts";',
      "lib/nn/two/a.ts": down,
      "lib/nn/two/b.ts": 'import "../one/b.ts";',
      "lib/nn/one/b.ts": "",
    }),
    ["folders import each other in a circle: lib/nn/one, lib/nn/two"],
  );
  assert.deepEqual(
    found({
      "lib/nn/mod.ts": 'export * from "./one/a.ts";',
      "lib/nn/one/a.ts": 'import type { Kind } from "../kind.ts";',
      "lib/nn/kind.ts": "",
    }),
    [],
    "a list above a folder and what its members are lie in the same folder",
  );
});
