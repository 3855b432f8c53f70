import assert from "node:assert/strict";
import { meanOver, shareScore } from "./bootstrap_score.ts";

Deno.test("shareScore() resamples part and whole together: a half of every item is a half without doubt", () => {
  const whole = [1, 2, 3, 4, 5, 6];
  const score = shareScore("x", { part: whole.map((value) => value / 2), whole });
  assert.equal(score.n, 6);
  for (const value of [score.value, score.low!, score.high!]) assert.ok(Math.abs(value - 0.5) < 1e-12);
  const uneven = shareScore("x", { part: [1, 0, 1, 0, 0, 0], whole: [1, 1, 1, 1, 1, 0] });
  assert.ok(Math.abs(uneven.value - 2 / 5) < 1e-12);
  assert.ok(uneven.low! < 0.4 && uneven.high! > 0.4);
});

Deno.test("shareScore() is 0 of nothing and refuses items with one number", () => {
  assert.equal(shareScore("x", { part: [0, 0], whole: [0, 0] }).value, 0);
  assert.throws(() => shareScore("x", { part: [1, 2], whole: [1] }), /^RangeError: .* expected 2, got 1$/);
});

Deno.test("meanOver() averages rounds item by item", () => {
  assert.deepEqual(meanOver([[1, 0, 4], [3, 0, 2]]), [2, 0, 3]);
});
