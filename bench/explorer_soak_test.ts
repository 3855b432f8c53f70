import assert from "node:assert/strict";
import { findChromium } from "../experiments/explore/chromium.ts";
import { soak } from "./explorer_soak.ts";

const DRAWINGS = 8;
/** MB of heap for a drawing: one that is kept with its pictures takes 0.36, the code that is still being compiled by then 0.05. */
const MOST_HEAP = 0.15;
/** MB of resident memory between the first drawings and the last: what a row takes, kept, would make more. */
const MOST_RESIDENT = 60;

Deno.test({
  name: "soak() finds nothing of a drawing left in the page once the next has ended",
  ignore: findChromium() === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { growth, series, drawings } = await soak(DRAWINGS);
    assert.equal(drawings, DRAWINGS);
    assert.equal(series.length, DRAWINGS);
    for (const { early, late } of [growth.server!, growth.page!]) {
      assert.ok(early > 20 && late - early < MOST_RESIDENT, `${early} MB early, ${late} MB late`);
    }
    const [before, after] = [series[DRAWINGS / 2]!, series.at(-1)!];
    assert.equal(after.nodes, before.nodes);
    assert.equal(after.listeners, before.listeners);
    const heap = (after.heap - before.heap) / (DRAWINGS / 2 - 1);
    assert.ok(before.heap > 1 && heap < MOST_HEAP, `the page's heap grew by ${heap} MB a drawing`);
  },
});
