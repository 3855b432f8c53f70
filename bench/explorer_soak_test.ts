import assert from "node:assert/strict";
import { findChromium } from "../experiments/explore/chromium.ts";
import { soak } from "./explorer_soak.ts";

const DRAWINGS = 8;
/** MB of heap for a drawing: one that is kept with its pictures takes 0.36, the code that is still being compiled by then 0.05. */
const MOST_HEAP = 0.25;
/** Nodes and listeners for a drawing: one that is kept has 30 nodes and more. */
const MOST_NODES = 10;

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
      assert.ok(early > 20 && late > 20 && late < 20 * early, `${early} MB early, ${late} MB late`);
    }
    const [before, after] = [series[DRAWINGS / 2]!, series.at(-1)!];
    const each = (name: "nodes" | "listeners" | "heap") => (after[name] - before[name]) / (DRAWINGS / 2 - 1);
    assert.ok(each("nodes") < MOST_NODES, `${each("nodes")} nodes a drawing`);
    assert.ok(each("listeners") < MOST_NODES, `${each("listeners")} listeners a drawing`);
    const heap = each("heap");
    assert.ok(before.heap > 1 && heap < MOST_HEAP, `the page's heap grew by ${heap} MB a drawing`);
  },
});
