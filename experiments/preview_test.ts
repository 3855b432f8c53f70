import assert from "node:assert/strict";
import { articleFor } from "../lib/instructions/mod.ts";
import { loadBank } from "../lib/tasks/mod.ts";
import { previewCell, previewSheet } from "./preview.ts";

Deno.test("previewSheet() is the same PNG when the seed is the same", async () => {
  const bank = await loadBank();
  const options = { split: "val", count: 1, seed: 5 } as const;
  const sheet = await previewSheet(bank, options);
  assert.deepEqual([...sheet.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
  assert.deepEqual(await previewSheet(bank, options), sheet);
});

Deno.test("previewCell() names the object wherever the instruction says so, with its own article", async () => {
  const bank = await loadBank();
  for (let place = 0; place < 60; place++) {
    const { captions } = previewCell(bank, "object", { split: "train", seed: 0, place });
    const instruction = captions![0]!.text;
    assert.doesNotMatch(instruction, /\bobjects?\b/i);
    for (const [said, article, word] of instruction.matchAll(/\b(an?) (\w+)/gi)) {
      assert.equal(article!.toLowerCase(), articleFor(word!), said);
    }
  }
});
