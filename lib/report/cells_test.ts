import assert from "node:assert/strict";
import { key } from "../engine/mod.ts";
import { resampleCells, type SampleRow } from "./cells.ts";
import { resampledInterval } from "./resampled_interval.ts";

Deno.test("resampleCells() tells a row that was not measured from one that there cannot be", () => {
  const sample = (row: string, index: number): SampleRow => ({
    ...{ row, task: "style", index, seed: 1, instruction: "", prompt: "" },
    scores: { "CLIP-S": index },
  });
  const samples = [sample("instruct", 0), sample("instruct", 1)];
  const rows = ["instruct", "fixed"];
  const resampled = resampleCells(samples, { key: key(1), rows, resamples: 20 });
  const of = (row: string) => resampledInterval(resampled, (mean) => mean(row, "style", "CLIP-S"));
  assert.equal(of("instruct")?.mean, 0.5);
  assert.equal(of("fixed"), undefined);
  assert.throws(() => of("intsruct"), /rows instruct, fixed, got intsruct/);
  assert.throws(() => resampleCells([sample("single", 0)], { key: key(1), rows }), /got single/);
});
