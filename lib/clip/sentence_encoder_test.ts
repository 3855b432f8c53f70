import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { countParameters, type Params, type Tensor, tf, toTensor, UserError } from "../engine/mod.ts";
import { onDemandPackage } from "../hub/mod.ts";
import {
  SENTENCE_ENCODER_SHAPES,
  SENTENCE_WIDTH,
  sentenceEncoder,
  sentenceTokens,
} from "./sentence_encoder.ts";
import { loadSentenceEncoder, sentenceEncoderFolder } from "./sentence_encoder_package.ts";

const encoder = await loadSentenceEncoder();

function embed(texts: readonly string[], length: number): Float32Array {
  const { ids, mask, batch } = sentenceTokens(encoder.tokenizer, texts, { length });
  return tf.tidy(() => {
    const params: Params = Object.fromEntries(
      Object.entries(encoder.params).map(([name, w]) => [name, toTensor(w)]),
    );
    const inputs = { ids: tf.tensor(ids, [batch, length], "int32"), mask: tf.tensor(mask, [batch, length]) };
    return sentenceEncoder(params, inputs).dataSync() as Float32Array;
  });
}

/** What is used of tfjs's converter. */
interface Converter {
  loadGraphModel(source: tf.io.IOHandler): Promise<{
    executeAsync(inputs: Record<string, Tensor>): Promise<unknown>;
    dispose(): void;
  }>;
}

/** The package's own graph model, one sentence at a time. */
async function referenceEmbeddings(texts: readonly string[]): Promise<Float32Array[]> {
  const folder = sentenceEncoderFolder();
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(`${folder}/model.json`, "utf8"));
  const bytes = Buffer.concat(
    weightsManifest[0].paths.map((path: string) => readFileSync(`${folder}/${path}`)),
  );
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const converter = await onDemandPackage("@tensorflow/tfjs-converter");
  const { loadGraphModel } = createRequire(join(converter, "package.json"))(
    "@tensorflow/tfjs-converter",
  ) as Converter;
  const graph = await loadGraphModel(
    tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
  );
  const rows: Float32Array[] = [];
  for (const text of texts) {
    const ids = encoder.tokenizer.encode(text);
    const indices = tf.tensor(ids.flatMap((_, position) => [0, position]), [ids.length, 2], "int32");
    const output = await graph.executeAsync({
      indices,
      values: tf.tensor(ids, [ids.length], "int32"),
    }) as Tensor;
    rows.push(output.dataSync() as Float32Array);
  }
  graph.dispose();
  return rows;
}

function relativeError(ours: ArrayLike<number>, reference: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < reference.length; i++) {
    difference += ((ours[i] as number) - (reference[i] as number)) ** 2;
    norm += (reference[i] as number) ** 2;
  }
  return Math.sqrt(difference / norm);
}

Deno.test("sentenceEncoder() equals the package's graph model within 1e-5 when sentences of several lengths share a batch", async () => {
  await tf.setBackend("cpu");
  const texts = [
    "take everything",
    "Use the style of this image.",
    "Köln 日本 ☃: put the cat on a wooden table!",
    "a",
  ];
  const ours = embed(texts, 20);
  const reference = await referenceEmbeddings(texts);
  reference.forEach((row, i) => {
    const error = relativeError(ours.subarray(i * SENTENCE_WIDTH, (i + 1) * SENTENCE_WIDTH), row);
    assert.ok(error < 1e-5, `relative L2 error of "${texts[i]}" is ${error}`);
  });
});

Deno.test("sentenceEncoder() gives the same unit vector when a sentence is padded further", async () => {
  await tf.setBackend("cpu");
  const short = embed(["keep the layout"], 5);
  assert.ok(relativeError(embed(["keep the layout"], 9), short) < 1e-6);
  assert.ok(Math.abs(Math.hypot(...short) - 1) < 1e-6);
});

Deno.test("sentenceEncoder() gives finite numbers when the text is empty", async () => {
  await tf.setBackend("cpu");
  assert.ok(embed([""], 4).every(Number.isFinite));
});

Deno.test("loadSentenceEncoder() reads every parameter when the package is installed", () => {
  assert.deepEqual(Object.keys(encoder.params), Object.keys(SENTENCE_ENCODER_SHAPES));
  assert.equal(countParameters(encoder.params), countParameters(SENTENCE_ENCODER_SHAPES));
});

Deno.test("loadSentenceEncoder() says what is missing when the folder holds no model", async () => {
  await assert.rejects(
    loadSentenceEncoder({ folder: "/nowhere" }),
    (error: Error) => error instanceof UserError && /expected model\.json in \/nowhere/.test(error.message),
  );
});

Deno.test("sentenceTokens() refuses a text when it has more pieces than the length", () => {
  assert.throws(
    () => sentenceTokens(encoder.tokenizer, ["one two three four"], { length: 3 }),
    (error: Error) => error instanceof UserError && /at most 3 word pieces, got 4/.test(error.message),
  );
  assert.throws(() => sentenceTokens(encoder.tokenizer, ["a"], { length: 129 }), RangeError);
});
