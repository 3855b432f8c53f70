import assert from "node:assert/strict";
import { host } from "../../lib/engine/mod.ts";
import { agrees, compareChecks } from "./agreement.ts";
import type { Check } from "./side.ts";

const check = (losses: number[], a: number[], b: number[]): Check => ({
  losses,
  norm: Math.hypot(...a, ...b),
  arrays: { a: host(Float32Array.from(a), [a.length]), b: host(Float32Array.from(b), [b.length]) },
});

Deno.test("compareChecks() gives relative errors and names the parameter that is farthest off", () => {
  const peer = check([2, 1], [3, 0], [4]);
  assert.deepEqual(compareChecks(peer, peer), {
    loss: 0,
    norm: 0,
    arrays: 0,
    worst: { name: "", error: 0 },
  });
  const far = compareChecks(check([2, 1.5], [3, 0], [5]), peer);
  assert.equal(far.loss, 0.5);
  assert.equal(far.arrays, 0.2);
  assert.deepEqual(far.worst, { name: "b", error: 0.25 });
});

Deno.test("agrees() is false when a loss or a gradient is off, or not a number", () => {
  const peer = check([1], [3], [4]);
  const verdict = (own: Check) => agrees(compareChecks(own, peer));
  assert.equal(verdict(check([1 + 1e-6], [3], [4])), true);
  assert.equal(verdict(check([1.001], [3], [4])), false);
  assert.equal(verdict(check([1], [3.001], [4])), false);
  assert.equal(verdict(check([1], [NaN], [4])), false);
  assert.equal(verdict(check([NaN], [3], [4])), false);
});

Deno.test("compareChecks() throws when the peer has not what we have", () => {
  const peer = check([1], [3], [4]);
  assert.throws(() => compareChecks(check([1, 2], [3], [4]), peer), /2 and 1 losses/);
  assert.throws(() => compareChecks(check([1], [3, 1], [4]), peer), /"a": got 2 and 1/);
});

Deno.test("compareChecks() compares outputs alone where nothing is trained", () => {
  const outputs = (value: number): Check => ({
    losses: [],
    arrays: { y: host(Float32Array.of(value), [1]) },
  });
  assert.equal(agrees(compareChecks(outputs(1 + 1e-6), outputs(1))), true);
  assert.equal(agrees(compareChecks(outputs(1.01), outputs(1))), false);
});
