import assert from "node:assert/strict";
import { TASK_RECORDS, TASKS } from "../tasks/registry.ts";
import { instructionCorpus } from "./corpus.ts";
import { instructionKey } from "./grammar.ts";
import { foreignKeywords, instructionFault, keywordForms, WORD_LIMITS, wordCount } from "./keyword_rule.ts";

Deno.test("keywordForms() finds inflections and compounds when a text holds them", () => {
  const text =
    "Stylistic hairstyles, restyled; composed compositionally by a composer; faces, facial, faced; identities; objects; everything";
  assert.deepEqual(keywordForms(text, "style"), ["stylistic", "hairstyles", "restyled"]);
  assert.deepEqual(keywordForms(text, "composition"), ["composed", "compositionally", "composer"]);
  assert.deepEqual(keywordForms(text, "face"), ["faces", "facial", "faced", "identities"]);
  assert.deepEqual(keywordForms(text, "object"), ["objects"]);
  assert.deepEqual(keywordForms(text, "replication"), ["everything"]);
});

Deno.test("keywordForms() finds nothing when words only look alike", () => {
  const text = "identical surfaces, a stylus, compost and preface";
  for (const task of TASKS) {
    assert.deepEqual(keywordForms(text, task), [], task);
  }
});

Deno.test("foreignKeywords() names the other tasks' keywords and not the task's own", () => {
  assert.deepEqual(foreignKeywords("Keep the style and the face", "style"), ["face"]);
  assert.deepEqual(foreignKeywords("Keep the style", "style"), []);
});

Deno.test("instructionFault() gives the reason when an instruction is too short, too long or foreign", () => {
  assert.equal(instructionFault("style", "style"), "1 words");
  assert.equal(instructionFault("the style ".repeat(16), "style"), "32 words");
  assert.match(instructionFault("Facial style of it", "style") as string, /"facial"/);
  assert.equal(instructionFault("Same style", "style"), undefined);
  assert.equal(wordCount("in short: its style; what - it shows"), 7);
});

Deno.test("every task has a few free wordings, without a form of any keyword and in no corpus", () => {
  const all = TASK_RECORDS.flatMap(({ words }) => words.freeWordings);
  assert.equal(new Set(all.map(instructionKey)).size, all.length);
  for (const { id, words } of TASK_RECORDS) {
    assert.ok(words.freeWordings.length >= 4, id);
    const known = new Set((["train", "held-out"] as const).flatMap((split) => instructionCorpus(id, split)));
    for (const wording of words.freeWordings) {
      assert.ok(wordCount(wording) >= WORD_LIMITS.least && wordCount(wording) <= WORD_LIMITS.most, wording);
      for (const other of TASKS) assert.deepEqual(keywordForms(wording, other), [], wording);
      assert.ok(!known.has(wording), wording);
    }
  }
});
