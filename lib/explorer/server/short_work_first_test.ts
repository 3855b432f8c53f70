import assert from "node:assert/strict";
import { shortWorkFirst } from "./short_work_first.ts";

Deno.test("shortWorkFirst lets long work stand aside until all short work is done, and passes values and errors on", async () => {
  const turns = shortWorkFirst();
  await turns.standAside();
  const done: string[] = [];
  const ends: (() => void)[] = [];
  const shorts = ["a", "b"].map((name) =>
    turns.short(async () => {
      await new Promise<void>((resolve) => ends.push(resolve));
      done.push(name);
      if (name === "b") throw new Error("no b");
      return name;
    })
  );
  const long = turns.standAside().then(() => done.push("long"));
  ends[0]!();
  assert.equal(await shorts[0], "a");
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(done, ["a"]);
  ends[1]!();
  await assert.rejects(shorts[1]!, /no b/);
  await long;
  assert.deepEqual(done, ["a", "b", "long"]);
});
