import assert from "node:assert/strict";
import { once, onceEach } from "./once.ts";

Deno.test("once() makes one value for all who ask, and tries again after a failure", async () => {
  let asked = 0;
  const value = once(() => ++asked === 1 ? Promise.reject(new Error("missing")) : Promise.resolve({ asked }));
  await Promise.all([assert.rejects(value(), /missing/), assert.rejects(value(), /missing/)]);
  const [a, b] = await Promise.all([value(), value()]);
  assert.equal(a, b);
  assert.deepEqual(a, { asked: 2 });
});

Deno.test("onceEach() keeps one value per key and no failure", async () => {
  const asked: string[] = [];
  const value = onceEach((name: string) => {
    asked.push(name);
    return asked.length === 1 ? Promise.reject(new Error("missing")) : Promise.resolve(name);
  });
  await assert.rejects(value("a"), /missing/);
  assert.deepEqual([await value("a"), await value("b"), await value("a")], ["a", "b", "a"]);
  assert.deepEqual(asked, ["a", "a", "b"]);
});
