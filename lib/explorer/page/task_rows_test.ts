import assert from "node:assert/strict";
import { MAP_TASKS } from "../server/space_points.ts";
import { allOf, taskPictures, taskRows } from "./task_rows.ts";

Deno.test("taskRows() gives every task its own instruction, behind the texts to compare with, each text once", () => {
  const own = MAP_TASKS.map(({ id, fixed }) => ({ label: fixed, task: id }));
  assert.deepEqual(taskRows(MAP_TASKS, []), own);
  assert.deepEqual(taskRows(MAP_TASKS, ["<b>mine</b>", own[2]!.label, "other", "other"]), [
    { label: "<b>mine</b>" },
    { label: "other" },
    ...own,
  ]);
});

Deno.test("taskPictures() asks for one picture of each row, all from the noise of a comparison's first picture", () => {
  const pictures = taskPictures(taskRows(MAP_TASKS, ["mine"]));
  assert.deepEqual(pictures.map(({ texts }) => texts), [["mine"], ...MAP_TASKS.map(({ fixed }) => [fixed])]);
  assert.ok(pictures.every(({ noise, mix }) => noise === 0 && mix === undefined));
});

Deno.test("allOf() counts the tasks in words, and in digits beyond nine", () => {
  assert.equal(allOf(MAP_TASKS.slice(0, 5)), "All five");
  assert.equal(allOf(Array.from({ length: 12 }, () => MAP_TASKS[0]!)), "All 12");
});
