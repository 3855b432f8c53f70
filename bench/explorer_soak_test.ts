import assert from "node:assert/strict";
import { findChromium } from "../experiments/explore/chromium.ts";
import { soak } from "./explorer_soak.ts";

Deno.test({
  name: "soak() finds the memory of server and page flat over twenty rows of pictures",
  ignore: findChromium() === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { server, page, drawings } = await soak(20);
    assert.equal(drawings, 20);
    // A row's arrays and pictures are some MB: kept, they would make more than this. Caches fill for a while.
    for (const { early, late } of [server!, page]) {
      assert.ok(early > 20 && late - early < 60, `${early} MB early, ${late} MB late`);
    }
  },
});
