import assert from "node:assert/strict";
import { createSentenceEmbedder, loadSentenceEncoder, SENTENCE_WIDTH } from "../lib/clip/mod.ts";
import { UserError } from "../lib/engine/mod.ts";
import { instructionCorpus } from "../lib/instructions/mod.ts";
import { TASKS } from "../lib/tasks/mod.ts";
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

Deno.test("instructionCorpus() keeps the tasks apart: 95 % of ten nearest neighbours among 5 × 1000 embeddings share the task", async () => {
  const encoder = await loadSentenceEncoder();
  const embedder = createSentenceEmbedder(encoder);
  const rows = await embedder.embed(TASKS.flatMap((task) => instructionCorpus(task, "train")));
  await embedder.dispose();
  const count = rows.length / SENTENCE_WIDTH;
  let same = 0;
  let asked = 0;
  for (let i = 0; i < count; i += 20) { // every twentieth instruction asks, all answer
    const query = rows.subarray(i * SENTENCE_WIDTH, (i + 1) * SENTENCE_WIDTH);
    const nearest = Array.from({ length: 10 }, () => ({ cosine: -Infinity, task: -1 }));
    for (let j = 0; j < count; j++) {
      let cosine = 0;
      for (let c = 0, at = j * SENTENCE_WIDTH; c < SENTENCE_WIDTH; c++) {
        cosine += (query[c] as number) * (rows[at + c] as number);
      }
      if (j === i || cosine <= (nearest[9] as { cosine: number }).cosine) continue;
      nearest[9] = { cosine, task: Math.floor(j / 1000) };
      nearest.sort((a, b) => b.cosine - a.cosine);
    }
    asked += 10;
    same += nearest.filter(({ task }) => task === Math.floor(i / 1000)).length;
  }
  assert.ok(same / asked >= 0.95, `purity ${same / asked}`);
});
