import assert from "node:assert/strict";
import { findChromium } from "../experiments/explore/browser_test/chromium.ts";
import { soak } from "./explorer_soak.ts";

const SAMPLINGS = 8;
/** MB of heap for a sampling: one that is kept with its pictures takes 0.36, the code that is still being compiled by then 0.05. */
const MOST_HEAP = 0.15;
/** MB of resident memory between the first samplings and the last: what a row takes, kept, would make more. */
const MOST_RESIDENT = 60;

Deno.test({
  name: "soak() finds nothing of a sampling left in the page once the next has ended",
  ignore: findChromium() === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { growth, series, samplings } = await soak(SAMPLINGS);
    assert.equal(samplings, SAMPLINGS);
    assert.equal(series.length, SAMPLINGS);
    for (const { early, late } of [growth.server!, growth.page!]) {
      assert.ok(early > 20 && late - early < MOST_RESIDENT, `${early} MB early, ${late} MB late`);
    }
    const [before, after] = [series[SAMPLINGS / 2]!, series.at(-1)!];
    assert.equal(after.nodes, before.nodes);
    assert.equal(after.listeners, before.listeners);
    const heap = (after.heap - before.heap) / (SAMPLINGS / 2 - 1);
    assert.ok(before.heap > 1 && heap < MOST_HEAP, `the page's heap grew by ${heap} MB a sampling`);
  },
});
