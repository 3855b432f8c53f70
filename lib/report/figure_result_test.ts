import assert from "node:assert/strict";
import { intervalNote } from "./figure_result.ts";

Deno.test("intervalNote() names the seeds only where several are resampled", () => {
  assert.equal(intervalNote([1]), "95 % intervals over items.");
  assert.equal(intervalNote([1, 2, 3]), "95 % intervals over items and seeds.");
});
