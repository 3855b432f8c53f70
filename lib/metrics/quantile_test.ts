import assert from "node:assert/strict";
import { quantile } from "./quantile.ts";

Deno.test("quantile() is linear between neighbours", () => {
  assert.equal(quantile([1, 2, 3, 4], 0.25), 1.75);
  assert.equal(quantile([5], 0.75), 5);
});
