import assert from "node:assert/strict";
import { stageCode } from "./mod.ts";

const MODULE = "experiments/runner/stage_key.ts";

Deno.test("stageCode() loads the function that is hashed, and refuses another module's", async () => {
  const code = stageCode(MODULE, "keyOf", { from: () => import("./stage_key.ts") });
  assert.deepEqual([code.module, code.export, code.data], [MODULE, "keyOf", []]);
  assert.equal(await code.load(), (await import("./stage_key.ts")).keyOf);
  const other = stageCode(MODULE, "stageMaker", { from: () => import("./stage_code.ts") });
  await assert.rejects(other.load(), /needs the module that is hashed, experiments\/runner\/stage_key\.ts/);
});
