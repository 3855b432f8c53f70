import assert from "node:assert/strict";
import { loadBank } from "../lib/tasks/mod.ts";
import { previewSheet } from "./preview.ts";

Deno.test("previewSheet() is the same PNG when the seed is the same", async () => {
  const bank = await loadBank();
  const options = { split: "val", count: 1, seed: 5 } as const;
  const sheet = await previewSheet(bank, options);
  assert.deepEqual([...sheet.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
  assert.deepEqual(await previewSheet(bank, options), sheet);
});
