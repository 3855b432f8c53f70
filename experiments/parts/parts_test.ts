import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { ADAPTER_PARTS, CHECKPOINTS, readCheckpoint } from "../mini/checkpoints.ts";
import { PART_HELP, PART_NAMES, partOf, PARTS } from "./mod.ts";

Deno.test("PARTS are each of one name, and made of parts above them", () => {
  assert.equal(new Set(PART_NAMES).size, PARTS.length);
  PARTS.forEach(({ name, reads }, place) => {
    for (const other of reads) {
      assert.ok(PART_NAMES.slice(0, place).includes(other), `${name} reads ${other}`);
    }
  });
});

Deno.test("PARTS are measured from checkpoints of their own and of other parts, on at least one item", () => {
  for (const { name, measurement } of PARTS) {
    assert.equal(measurement.checkpoints[0], name);
    assert.ok(measurement.checkpoints.every((each) => PART_NAMES.includes(each)), name);
    const { low, usual, high } = measurement.items;
    assert.ok(1 <= low && low <= usual && usual <= high, name);
  }
});

Deno.test("ADAPTER_PARTS are the parts of kind frozen, in the order of PARTS", () => {
  assert.deepEqual([...ADAPTER_PARTS], PARTS.filter(({ kind }) => kind === "frozen").map(({ name }) => name));
});

Deno.test("partOf() knows every part, and no other", () => {
  for (const part of PARTS) assert.equal(partOf(part.name), part);
  assert.throws(() => partOf("bsae"), /^RangeError: Expected a part of vae, .*, got "bsae"$/);
  assert.ok(PART_HELP.length < PARTS.length);
});

Deno.test("the committed checkpoints are parts; those that name the parts they were trained with name the ones beside them", async () => {
  const committed = readdirSync(CHECKPOINTS)
    .filter((file) => file.endsWith(".safetensors"))
    .map((file) => file.replace(/\.safetensors$/, ""));
  const stored = new Map(
    await Promise.all(
      committed.map(async (name) => [partOf(name).name, await readCheckpoint(name)] as const),
    ),
  );
  for (const [name, { config }] of stored) {
    const { reads = {} } = config.recipe as { reads?: Record<string, string> };
    for (const [other, hash] of Object.entries(reads)) {
      assert.equal(stored.get(other)?.hash, hash, `${name} was trained with another ${other}`);
    }
  }
});
