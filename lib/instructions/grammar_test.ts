import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { key, stream } from "../engine/mod.ts";
import { taskOf, TASKS } from "../tasks/registry.ts";
import { corpusFile, formatCorpus, instructionCorpus, sampleInstruction } from "./corpus.ts";
import { FIXED_INSTRUCTIONS } from "./fixed_instructions.ts";
import {
  heldOutInstructions,
  instructionKey,
  instructionsWithTemplates,
  templates,
  trainingInstructions,
} from "./grammar.ts";
import { SHARED_SLOTS } from "./shared_templates.ts";
import { foreignKeywords, instructionFault, keywordForms, wordCount } from "./keyword_rule.ts";
import { slotNames } from "./template.ts";

const SPLITS = ["train", "held-out"] as const;

Deno.test("instructionCorpus() equals the files in data/instructions/ when sampled from the grammar", () => {
  for (const task of TASKS) {
    for (const split of SPLITS) {
      const file = new URL(`../../data/${corpusFile(task, split)}`, import.meta.url);
      assert.equal(formatCorpus(instructionCorpus(task, split)), readFileSync(file, "utf8"), file.pathname);
    }
  }
});

Deno.test("instructionCorpus() holds no keyword of another task, and 2 to 30 words, in any instruction", () => {
  for (const task of TASKS) {
    for (const split of SPLITS) {
      for (const instruction of instructionCorpus(task, split)) {
        assert.equal(instructionFault(instruction, task), undefined, `${task}: ${instruction}`);
      }
    }
  }
});

Deno.test("templates and slots hold no keyword of another task, so that the rule removes nothing", () => {
  for (const task of TASKS) {
    const phrases = [
      ...Object.values({ ...SHARED_SLOTS, ...taskOf(task).words.grammar.slots }).flat(),
      ...templates(task, "train"),
    ];
    for (const phrase of [...phrases, ...templates(task, "held-out")]) {
      assert.deepEqual(foreignKeywords(phrase, task), [], `${task}: ${phrase}`);
    }
  }
});

Deno.test("instructionCorpus() does without the task's keyword in some three of ten training instructions, which tell the tasks apart all the same", () => {
  const homes = new Map<string, Set<string>>();
  for (const task of TASKS) {
    const templatesOf = new Map(
      instructionsWithTemplates(task, "train", { count: 1000 }).map((
        each,
      ) => [each.instruction, each.template]),
    );
    const { plain } = taskOf(task).words.grammar;
    const without = instructionCorpus(task, "train").filter((instruction) =>
      plain.includes(templatesOf.get(instruction) as string)
    );
    assert.ok(without.length > 200 && without.length < 400, `${task}: ${without.length}`);
    for (const instruction of without) {
      assert.deepEqual(keywordForms(instruction, task), [], instruction);
      homes.set(instructionKey(instruction), (homes.get(instructionKey(instruction)) ?? new Set()).add(task));
    }
  }
  assert.deepEqual([...homes].filter(([, tasks]) => tasks.size > 1), []);
});

Deno.test("instructionCorpus() has distinct instructions of many lengths, none of them in both splits", () => {
  for (const task of TASKS) {
    const [training, heldOut] = SPLITS.map((split) => instructionCorpus(task, split)) as [string[], string[]];
    assert.equal(new Set(training.map(instructionKey)).size, 1000);
    assert.equal(new Set(heldOut.map(instructionKey)).size, 250);
    const known = new Set(training.map(instructionKey));
    assert.deepEqual(heldOut.filter((instruction) => known.has(instructionKey(instruction))), []);
    const lengths = new Set(training.map(wordCount));
    assert.ok(lengths.has(2) && Math.max(...lengths) >= 20 && lengths.size >= 15, `${task}: ${[...lengths]}`);
  }
});

Deno.test("templates() are others for held-out instructions than for training, and every slot of theirs exists", () => {
  for (const task of TASKS) {
    const training = new Set(templates(task, "train"));
    assert.ok(training.size >= 40 && templates(task, "held-out").length >= 20, task);
    for (const template of templates(task, "held-out")) assert.ok(!training.has(template), template);
    const slots = { ...SHARED_SLOTS, ...taskOf(task).words.grammar.slots };
    const texts = [
      ...templates(task, "train"),
      ...templates(task, "held-out"),
      ...Object.values(slots).flat(),
    ];
    for (const name of texts.flatMap(slotNames)) assert.ok(name in slots, `${task}: {${name}}`);
  }
});

Deno.test("trainingInstructions() gives the same list for the same seed, a beginning for a smaller count, others for another seed", () => {
  const list = trainingInstructions("style", { count: 50, seed: 3 });
  assert.deepEqual(trainingInstructions("style", { count: 50, seed: 3 }), list);
  assert.deepEqual(trainingInstructions("style", { count: 20, seed: 3 }), list.slice(0, 20));
  assert.notDeepEqual(trainingInstructions("style", { count: 50, seed: 4 }), list);
  assert.notDeepEqual(trainingInstructions("face", { count: 50, seed: 3 }), list);
});

Deno.test("heldOutInstructions() refuses a count that is impossible", () => {
  assert.throws(() => heldOutInstructions("face", { count: 1.5 }), RangeError);
  assert.throws(() => heldOutInstructions("face", { count: 20_001 }), /from 0 to 20000, got 20001/);
});

Deno.test("sampleInstruction() samples from the corpus of its split, the same for the same key", () => {
  for (const split of SPLITS) {
    const one = sampleInstruction(stream(key(5)), "object", split);
    assert.equal(sampleInstruction(stream(key(5)), "object", split), one);
    assert.ok(instructionCorpus("object", split).includes(one));
  }
});

Deno.test("FIXED_INSTRUCTIONS follow the keyword rule, one per task", () => {
  for (const task of TASKS) assert.equal(instructionFault(FIXED_INSTRUCTIONS[task], task), undefined, task);
});
