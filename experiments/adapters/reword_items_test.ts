import assert from "node:assert/strict";
import { meanVariance } from "./reword_items.ts";

Deno.test("meanVariance() is the unbiased variance of each coordinate, averaged, when there are several rows", () => {
  assert.equal(meanVariance([[0, 5], [2, 5]]), 1);
  assert.equal(meanVariance([Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3)]), 0);
  assert.ok(Math.abs(meanVariance([[1], [2], [3], [6]]) - 14 / 3) < 1e-12);
  assert.equal(meanVariance([[1, 2, 3]]), 0);
});
