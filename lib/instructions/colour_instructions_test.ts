import assert from "node:assert/strict";
import { TASKS } from "../tasks/registry.ts";
import { COLOUR_INSTRUCTIONS } from "./colour_instructions.ts";
import { instructionKey } from "./grammar.ts";
import { instructionCorpus } from "./corpus.ts";
import { keywordForms, WORD_LIMITS, wordCount } from "./keyword_rule.ts";

Deno.test("COLOUR_INSTRUCTIONS name none of the five tasks and are no training instruction of any", () => {
  assert.equal(new Set(COLOUR_INSTRUCTIONS.map(instructionKey)).size, COLOUR_INSTRUCTIONS.length);
  for (const instruction of COLOUR_INSTRUCTIONS) {
    assert.ok(wordCount(instruction) >= WORD_LIMITS.least && wordCount(instruction) <= WORD_LIMITS.most);
    assert.match(instruction, /colour|hues|palette/);
    for (const task of TASKS) {
      assert.deepEqual(keywordForms(instruction, task), [], instruction);
      assert.ok(!instructionCorpus(task, "train").includes(instruction));
    }
  }
});
