import assert from "node:assert/strict";
import { findChromium } from "../experiments/explore/chromium.ts";
import { soak } from "./explorer_soak.ts";

Deno.test({
  name: "soak() reads the memory of server and page after each row of pictures",
  ignore: findChromium() === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { server, page, drawings } = await soak(4);
    assert.equal(drawings, 4);
    for (const { early, late } of [server!, page]) {
      assert.ok(early > 20 && late > 20 && late < 20 * early, `${early} MB early, ${late} MB late`);
    }
  },
});
