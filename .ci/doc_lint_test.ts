import assert from "node:assert/strict";
import { ownFaults } from "./doc_lint.ts";

const output = [
  "error[missing-jsdoc]: exported symbol is missing JSDoc documentation",
  "  --> /repo/lib/nn/layers.ts:3:1",
  "error[private-type-ref]: public type 'a' references private type 'b'",
  "  --> /repo/node_modules/x/index.d.ts:9:1",
].join("\n");

Deno.test("ownFaults() names our files' faults and leaves out the packages'", () => {
  assert.deepEqual(ownFaults(output, { success: false }), [
    "/repo/lib/nn/layers.ts:3:1: missing-jsdoc: exported symbol is missing JSDoc documentation",
  ]);
  assert.deepEqual(ownFaults("", { success: true }), []);
});

Deno.test("ownFaults() gives the whole output when it holds no fault but the command failed", () => {
  const message = "error: Module not found";
  assert.deepEqual(ownFaults(`${message}\n`, { success: false }), [message]);
});
