import assert from "node:assert/strict";
import { UserError } from "../engine/mod.ts";
import { createSentenceEmbedder, embedSentences } from "./sentence_embedder.ts";
import { SENTENCE_WIDTH } from "./sentence_encoder.ts";
import { loadSentenceEncoder } from "./sentence_encoder_package.ts";

const encoder = await loadSentenceEncoder();
const TEXTS = ["take everything", "Use the style of this image for a lighthouse.", "", "the object"];

function rowOf(rows: Float32Array, i: number): Float32Array {
  return rows.subarray(i * SENTENCE_WIDTH, (i + 1) * SENTENCE_WIDTH);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}

Deno.test("embedSentences() gives the same rows when compiled as on tfjs's cpu backend, in the texts' order", async () => {
  const compiled = await embedSentences(encoder, TEXTS, { batch: 2 });
  const eager = await embedSentences(encoder, TEXTS, { engine: "cpu", batch: 2 });
  assert.equal(compiled.length, TEXTS.length * SENTENCE_WIDTH);
  for (let i = 0; i < compiled.length; i++) {
    assert.ok(Math.abs((compiled[i] as number) - (eager[i] as number)) < 1e-5, `element ${i}`);
  }
});

Deno.test("createSentenceEmbedder() gives unit vectors near in meaning when run again and again", async () => {
  const embedder = createSentenceEmbedder(encoder, { batch: 4 });
  const rows = await embedder.embed(["a small dog", "a little puppy", "interest rates rose"]);
  const again = await embedder.embed(["a small dog"]);
  await embedder.dispose();
  assert.ok(Math.abs(dot(rowOf(rows, 0), rowOf(rows, 0)) - 1) < 1e-5);
  assert.ok(dot(rowOf(rows, 0), rowOf(rows, 1)) > dot(rowOf(rows, 0), rowOf(rows, 2)) + 0.3);
  assert.ok(dot(again, rowOf(rows, 0)) > 1 - 1e-6);
});

Deno.test("embedSentences() gives no rows when there are no texts, and refuses one when it is too long", async () => {
  assert.equal((await embedSentences(encoder, [])).length, 0);
  await assert.rejects(
    embedSentences(encoder, ["word ".repeat(200)]),
    (error: Error) => error instanceof UserError && /at most 128 word pieces/.test(error.message),
  );
});

Deno.test("createSentenceEmbedder().states() gives a unit vector per piece, whatever else is in the batch", async () => {
  const embedder = createSentenceEmbedder(encoder, { batch: 2 });
  const [short, empty, long] = await embedder.states([
    "take everything",
    "",
    "take everything from this image",
  ]);
  const [alone] = await embedder.states(["take everything"]);
  await embedder.dispose();
  assert.equal(short!.length, encoder.tokenizer.encode("take everything").length * SENTENCE_WIDTH);
  assert.equal(empty!.length, 0);
  assert.ok(long!.length > short!.length);
  for (let piece = 0; piece * SENTENCE_WIDTH < long!.length; piece++) {
    assert.ok(Math.abs(dot(rowOf(long!, piece), rowOf(long!, piece)) - 1) < 1e-5);
  }
  assert.ok(alone!.every((value, i) => Math.abs(value - (short![i] as number)) < 1e-5));
  // The same word in another sentence is another state.
  assert.ok(dot(rowOf(short!, 0), rowOf(long!, 0)) < 0.9999);
});
