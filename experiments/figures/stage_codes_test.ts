import assert from "node:assert/strict";
import { stageKeys } from "../runner/mod.ts";
import { FIGURES } from "./mod.ts";

Deno.test("the stages of every experiment name code that is there", async () => {
  for (const { id, load } of FIGURES) {
    const { figure } = await load();
    const { tasks } = figure.record;
    const stages = figure.targets({ scale: "mini", budget: "smoke", seeds: [1], tasks, device: "cpu" });
    const keys = [...(await stageKeys(stages)).values()];
    assert.equal(new Set(keys).size, keys.length, id);
  }
});
