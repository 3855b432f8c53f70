import assert from "node:assert/strict";
import { key, normal } from "../../engine/mod.ts";
import {
  nearestNeighbours,
  neighbourPreservation,
  neighbourPurity,
  trustworthiness,
} from "../../projection/mod.ts";
import { embeddingFacts } from "./embedding_facts.ts";

const WIDTH = 16, TRAINED = 60, COUNT = 70, K = 5;

/** Unit rows. */
function unitRows(data: Float32Array, width: number): Float32Array {
  for (let i = 0; i < data.length; i += width) {
    const length = Math.hypot(...data.subarray(i, i + width));
    for (let d = 0; d < width; d++) data[i + d] = data[i + d]! / length;
  }
  return data;
}

Deno.test("embeddingFacts() gives the scores of lib/projection, for several layouts at once", async () => {
  const embeddings = unitRows(normal(key("facts"), COUNT * WIDTH), WIDTH);
  const tasks = Array.from({ length: COUNT }, (_, i) => `task ${i % 3}`);
  const points = { data: embeddings.subarray(0, TRAINED * WIDTH), count: TRAINED, width: WIDTH };
  const layouts = [0, 1].map((i) => ({
    data: i === 0
      ? Float32Array.from(
        { length: TRAINED * 2 },
        (_, at) => embeddings[Math.floor(at / 2) * WIDTH + at % 2]!,
      )
      : normal(key("random layout"), TRAINED * 2),
    count: TRAINED,
    width: 2,
  }));
  const shown = [];
  for (const layout of layouts) shown.push((await nearestNeighbours(layout, { k: K })).indices);
  const facts = await embeddingFacts({ embeddings, width: WIDTH, trained: TRAINED, tasks, shown, k: K });
  for (const [i, layout] of layouts.entries()) {
    const close = (found: number, expected: number) =>
      assert.ok(Math.abs(found - expected) < 1e-9, `${found}`);
    close(facts.quality[i]!.trustworthiness, trustworthiness(points, layout, { k: K }));
    close(facts.quality[i]!.preservation, await neighbourPreservation(points, layout, { k: K }));
    const purity = neighbourPurity(layout, tasks.slice(0, TRAINED), { k: K });
    close(facts.quality[i]!.purity, purity.reduce((sum, x) => sum + x, 0) / TRAINED);
  }
  const purity = neighbourPurity(points, tasks.slice(0, TRAINED), { k: K });
  assert.ok(Math.abs(facts.purity - purity.reduce((sum, x) => sum + x, 0) / TRAINED) < 1e-9);
  assert.ok(facts.quality[0]!.trustworthiness > facts.quality[1]!.trustworthiness + 0.05);
});

Deno.test("embeddingFacts() takes the nearest among the others of training, and the margin to another task", async () => {
  const rows = [[1, 0], [0.8, 0.6], [0, 1], [1, 0]].flat();
  const facts = await embeddingFacts({
    embeddings: Float32Array.from(rows),
    width: 2,
    trained: 3,
    tasks: ["a", "a", "b", "b"],
    shown: [],
    k: 1,
  });
  assert.deepEqual([...facts.nearest].map((x) => x.toFixed(3)), ["0.800", "0.800", "0.600", "1.000"]);
  assert.deepEqual([...facts.margin].map((x) => x.toFixed(3)), ["0.800", "0.200", "-1.600", "-1.000"]);
});
