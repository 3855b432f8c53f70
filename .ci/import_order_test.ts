import assert from "node:assert/strict";
import { faults } from "./import_order.ts";

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
});

Deno.test("faults() allows tensor libraries in lib/engine alone", () => {
  assert.deepEqual(faults("lib/engine/a.ts", 'import * as tf from "@tensorflow/tfjs-core";'), []);
  assert.match(faults("experiments/a.ts", 'import "onnxruntime-node";')[0] as string, /only lib\/engine/);
});
