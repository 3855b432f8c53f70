import assert from "node:assert/strict";
import { median, ratioOf, spread } from "./statistics.ts";

Deno.test("median() is the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.throws(() => median([]), /at least one/);
});

Deno.test("spread() gives middle, ends and quartiles", () => {
  assert.deepEqual(spread([1, 2, 3, 4, 100]), { median: 3, min: 1, max: 100, quartiles: [2, 4] });
});

Deno.test("ratioOf() divides medians, and bounds them by the pairs", () => {
  assert.deepEqual(ratioOf([1, 2, 4], [2, 6, 4]), { median: 2, min: 1, max: 3 });
  assert.throws(() => ratioOf([1], []), /pairs/);
});
