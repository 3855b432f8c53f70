import assert from "node:assert/strict";
import { loadSentenceEncoder, SENTENCE_WIDTH } from "../../lib/clip/mod.ts";
import {
  CORPUS,
  instructionCorpus,
  keywordedInstructions,
  namedInstruction,
} from "../../lib/instructions/mod.ts";
import { unfilteredInstructions } from "../../lib/instructions/unfiltered.ts";
import { CONCEPTS, SOURCES, TASKS } from "../../lib/tasks/mod.ts";
import { instructForm, overrideOf } from "../setting/instruct_form.ts";
import { sourcesFields, sourcesOf } from "../setting/pair_sources.ts";
import { FORM_SIZES, INSTRUCT_PIECES, instructionRows, instructionSize, padded } from "./instruct_forms.ts";
import { trainingWordings } from "../adapters/training_wordings.ts";

Deno.test("instructForm() and overrideOf() mean the usual when a request says nothing, and refuse what they do not know", () => {
  assert.equal(instructForm({ seed: 1 }), "pooled");
  assert.equal(instructForm({ instruct: "one-hot" }), "one-hot");
  assert.equal(overrideOf({}), undefined);
  assert.equal(overrideOf({ instructionOverride: "colours" }), "colours");
  assert.throws(() => instructForm({ instruct: "onehot" }), /one of pooled, tokens, one-hot, got "onehot"/);
  assert.throws(() => overrideOf({ instructionOverride: 3 }), RangeError);
});

Deno.test("sourcesOf() means shared sources when a request says nothing, and refuses what it does not know", () => {
  assert.equal(sourcesOf({ seed: 1 }), "shared");
  for (const sources of SOURCES) assert.equal(sourcesOf(sourcesFields(sources)), sources);
  // So that a request's key is the same with them and without.
  assert.deepEqual(sourcesFields("shared"), {});
  assert.throws(() => sourcesOf({ sources: "papers" }), /one of shared, paper, got "papers"/);
});

Deno.test("instructionRows() gives a vector, a state per piece, or the task's number, and padded() the size that is compiled", async () => {
  const texts = ["use the style of this image", "style"];
  const asked = { task: "style", device: "cpu" } as const;
  for (const form of ["pooled", "tokens", "one-hot"] as const) {
    const rows = await instructionRows(form, texts, asked);
    const size = instructionSize(FORM_SIZES[form]);
    assert.equal(rows.length, texts.length);
    for (const row of rows) assert.equal(padded(row, size).length, size);
  }
  const [long, short] = await instructionRows("tokens", texts, asked);
  assert.ok(long!.length > short!.length && long!.length % SENTENCE_WIDTH === 0);
  const full = padded(long!, instructionSize(FORM_SIZES.tokens));
  assert.ok(full.subarray(long!.length).every((value) => value === 0));
  const [hot] = await instructionRows("one-hot", texts, asked);
  assert.deepEqual([...hot!], TASKS.map((task) => task === "style" ? 1 : 0));
  assert.throws(() => padded(long!, SENTENCE_WIDTH), /room for 512 numbers/);
});

Deno.test("INSTRUCT_PIECES holds every instruction of the corpora, with the longest object's name in it", async () => {
  const { tokenizer } = await loadSentenceEncoder();
  const pieces = (text: string) => tokenizer.encode(text).length;
  const longest = CONCEPTS.map(({ word }) => word).toSorted((a, b) => pieces(b) - pieces(a))[0]!;
  const most = Math.max(
    ...TASKS.flatMap((task) =>
      [
        ...instructionCorpus(task, "train"),
        ...instructionCorpus(task, "held-out"),
        ...unfilteredInstructions(task, "train", { count: CORPUS.sizes.train, seed: CORPUS.seed }),
      ].map((text) => pieces(namedInstruction(text, { task, objectName: `watercolour ${longest}` })))
    ),
  );
  assert.ok(most <= INSTRUCT_PIECES, `${most}`);
  // Much smaller, and room for padding is wasted.
  assert.ok(most > INSTRUCT_PIECES / 2, `${most}`);
});

Deno.test("trainingWordings() shares the corpus among all items, but names each object in wordings of its own", () => {
  const corpus = instructionCorpus("style", "train");
  const shared = trainingWordings("style", corpus, [undefined, undefined]);
  assert.deepEqual(shared.texts, corpus.slice(0, shared.sharedInstructions));
  assert.equal(shared.ownInstructions, 0);
  const named = trainingWordings("object", keywordedInstructions("object"), ["apple", "red car"]);
  assert.equal(named.texts.length, 2 * named.ownInstructions);
  named.texts.forEach((text, i) => assert.match(text, i < named.ownInstructions ? /apple/i : /red car/i));
  const names = Array.from({ length: 50 }, () => "red car");
  const { texts } = trainingWordings("object", instructionCorpus("object", "train"), names);
  assert.deepEqual(texts.filter((text) => /object/i.test(text)), []);
});
