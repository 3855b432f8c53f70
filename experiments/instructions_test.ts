import assert from "node:assert/strict";
import { createSentenceEmbedder, loadSentenceEncoder, SENTENCE_WIDTH } from "../lib/clip/mod.ts";
import { UserError } from "../lib/engine/mod.ts";
import { instructionCorpus, keywordedInstructions } from "../lib/instructions/mod.ts";
import { neighbourPurity } from "../lib/projection/mod.ts";
import { type TaskId, TASKS } from "../lib/tasks/mod.ts";
import { instructionLines } from "./instructions.ts";

Deno.test("instructionLines() gives the corpora when asked with their seed and size", async () => {
  assert.deepEqual(await instructionLines(["--task", "style"]), instructionCorpus("style", "train"));
  const args = ["--task=face", "--count=250", "--seed=1", "--split=held-out"];
  assert.deepEqual(await instructionLines(args), instructionCorpus("face", "held-out"));
});

Deno.test("instructionLines() answers one sentence when an option is wrong", async () => {
  const faults: [string[], RegExp][] = [
    [[], /^--task expects one of replication, style, object, composition, face, got none$/],
    [["--task", "mood"], /got "mood"$/],
    [["--task", "face", "--cuont", "3"], /--cuont is no option; did you mean "--count"\?$/],
    [["face"], /takes options only, got "face"; usage: /],
    [["--task", "face", "--count", "0"], /^--count expects a whole number from 1 to 20000, got "0"$/],
    [["--task", "face", "--count", "1e3"], /got "1e3"$/],
    [["--task", "face", "--count", "-3"], /^--count expects a whole number from 1 to 20000, got "-3"$/],
    [["--task", "face", "--split", "test"], /^--split expects train or held-out, got "test"$/],
    [["--task", "face", "--model", "m"], /got only --model$/],
    [["--task", "face", "--llm", "ftp://x", "--model", "m"], /^--llm must be an http or https address/],
  ];
  for (const [args, pattern] of faults) {
    await assert.rejects(instructionLines(args), (error: Error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }
});

Deno.test("instructionCorpus() keeps the tasks apart: 95 % of ten nearest neighbours share the task where it is named in the paper's words, 85 % of all 5 × 1000", async () => {
  const embedder = createSentenceEmbedder(await loadSentenceEncoder());
  for (
    const [corpus, least] of [
      [keywordedInstructions, 0.95],
      [(task: TaskId) => instructionCorpus(task, "train"), 0.85],
    ] as const
  ) {
    const labels = TASKS.flatMap((task) => corpus(task).map(() => task));
    const rows = await embedder.embed(TASKS.flatMap(corpus));
    const points = { data: rows, count: labels.length, width: SENTENCE_WIDTH };
    const purity = neighbourPurity(points, labels, { k: 10 });
    const mean = purity.reduce((sum, each) => sum + each / purity.length, 0);
    assert.ok(mean >= least, `purity ${mean} of ${labels.length}`);
  }
  await embedder.dispose();
});
