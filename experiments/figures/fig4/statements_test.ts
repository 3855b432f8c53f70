import assert from "node:assert/strict";
import { judgeAll } from "../../../lib/report/mod.ts";
import { INSTRUCTION_STATEMENTS } from "./statements.ts";
import type { FixedPlace, InstructionSpace } from "./instruction_space.ts";

Deno.test("INSTRUCTION_STATEMENTS decide on the fixed prompts by the range over seeds, and not at all with one seed", () => {
  const sure = { mean: 1, low: 1, high: 1 };
  const judged = (...shares: number[]) => {
    const fixed = shares.map((share, i): FixedPlace => ({
      task: "style",
      seed: i + 1,
      instruction: "",
      share,
      farther: 0.5,
    }));
    const space: InstructionSpace = {
      instructions: 10,
      heldOut: 10,
      neighbours: 10,
      mentions: 0.5,
      corpora: [{
        corpus: "filtered",
        foreign: 0,
        purity: sure,
        taskPurity: {},
        centroid: sure,
        taskCentroid: {},
      }],
      fixed,
      layouts: [],
    };
    return judgeAll(INSTRUCTION_STATEMENTS, { space, difference: sure }).find(({ id }) =>
      id === "fixed-prompts-inside"
    );
  };
  assert.equal(judged(1, 1)?.verdict, "supported");
  assert.equal(judged(0.1, 0.2)?.verdict, "not supported");
  assert.equal(judged(1, 0.2)?.verdict, "inconclusive");
  const { ours, low, high, verdict, evidence } = judged(1) ?? {};
  assert.deepEqual([ours, low, high, verdict], [1, null, null, "inconclusive"]);
  assert.match(evidence ?? "", /with no interval.*one seed has no range/);
});
