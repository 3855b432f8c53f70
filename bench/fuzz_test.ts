import assert from "node:assert/strict";
import { fuzz } from "./fuzz.ts";

Deno.test("every reader reads a damaged file or request, or refuses it with one sentence, in time and memory", async () => {
  const { cases, faults, read, refused, memory, slowest } = await fuzz(2000, 1);
  assert.deepEqual(faults, []);
  assert.equal(read + refused, cases);
  assert.ok(read > cases / 10 && refused > cases / 5, `${read} read, ${refused} refused`);
  assert.ok(slowest.milliseconds < 2000);
  assert.ok(memory.late < memory.early + 400, `${memory.early} MB, then ${memory.late}`);
});
