import assert from "node:assert/strict";
import { TASKS } from "../tasks/registry.ts";
import { templates } from "./grammar.ts";
import { foreignKeywords, instructionFault } from "./keyword_rule.ts";
import { unfilteredInstructions, unfilteredWithTemplates } from "./unfiltered.ts";

Deno.test("unfilteredInstructions() names other tasks as often as asked, and every such one is removed by the rule", () => {
  for (const task of TASKS) {
    const share = (mentions: number) => {
      const sampled = unfilteredInstructions(task, "train", { count: 200, seed: 3, mentions });
      assert.equal(new Set(sampled).size, 200);
      return sampled.filter((each) => foreignKeywords(each, task).length > 0).length / 200;
    };
    assert.equal(share(0), 0);
    assert.equal(share(1), 1);
    const half = share(0.5);
    assert.ok(half > 0.35 && half < 0.65, `${task}: ${half}`);
    const kept = unfilteredInstructions(task, "held-out", { count: 50, seed: 3, mentions: 0 });
    assert.ok(kept.every((each) => instructionFault(each, task) === undefined));
  }
});

Deno.test("unfilteredInstructions() begins longer lists with shorter ones and refuses a share outside [0, 1]", () => {
  const sample = (count: number) => unfilteredInstructions("face", "train", { count, seed: 1 });
  assert.deepEqual(sample(40).slice(0, 10), sample(10));
  assert.throws(
    () => unfilteredInstructions("face", "train", { count: 1, seed: 1, mentions: 2 }),
    /0 to 1, got 2/,
  );
});

/** Words of a template outside its braces. */
const fixedWords = (template: string) =>
  template.replace(/\{[^{}]*\}/gu, " ").toLowerCase().match(/\p{L}{3,}/gu) ?? [];

Deno.test("unfilteredWithTemplates() gives every sentence the template whose words it has", () => {
  for (const task of TASKS) {
    for (const split of ["train", "held-out"] as const) {
      for (const mentions of [0, 0.5, 1]) {
        const options = { count: 120, seed: 2, mentions };
        const sampled = unfilteredWithTemplates(task, split, options);
        const all = templates(task, split);
        for (const { instruction, template } of sampled) {
          assert.ok(all.includes(template), template);
          for (const word of fixedWords(template)) {
            assert.ok(instruction.toLowerCase().includes(word), `"${instruction}" of "${template}"`);
          }
        }
        assert.ok(new Set(sampled.map(({ template }) => template)).size > all.length / 2);
      }
    }
  }
});
