import assert from "node:assert/strict";
import { TASKS } from "../tasks/registry.ts";
import { instructionCorpus } from "./corpus.ts";
import { freeWordings } from "./free_wordings.ts";
import { instructionKey } from "./grammar.ts";
import { keywordForms, WORD_LIMITS, wordCount } from "./keyword_rule.ts";

Deno.test("freeWordings() has a few of every task, without a form of any keyword and in no corpus", () => {
  const all = TASKS.flatMap((task) => freeWordings(task));
  assert.equal(new Set(all.map(instructionKey)).size, all.length);
  for (const task of TASKS) {
    assert.ok(freeWordings(task).length >= 4);
    const known = new Set(
      (["train", "held-out"] as const).flatMap((split) => instructionCorpus(task, split)),
    );
    for (const wording of freeWordings(task)) {
      assert.ok(wordCount(wording) >= WORD_LIMITS.least && wordCount(wording) <= WORD_LIMITS.most, wording);
      for (const other of TASKS) assert.deepEqual(keywordForms(wording, other), [], wording);
      assert.ok(!known.has(wording), wording);
    }
  }
});

Deno.test("freeWordings() names the tasks there are when asked for another", () => {
  assert.throws(() => freeWordings("sound"), /needs wordings .* expected some of replication, /);
  assert.throws(() => freeWordings("toString"), /needs wordings/);
});
