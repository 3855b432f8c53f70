import assert from "node:assert/strict";
import { once } from "./once.ts";

Deno.test("once() makes one value for all who ask, and tries again after a failure", async () => {
  let asked = 0;
  const value = once(() => ++asked === 1 ? Promise.reject(new Error("missing")) : Promise.resolve({ asked }));
  await Promise.all([assert.rejects(value(), /missing/), assert.rejects(value(), /missing/)]);
  const [a, b] = await Promise.all([value(), value()]);
  assert.equal(a, b);
  assert.deepEqual(a, { asked: 2 });
});
