import assert from "node:assert/strict";
import { key, normal } from "../engine/mod.ts";
import { labelPurity } from "./label_purity.ts";
import { continuity, neighbourPurity, trustworthiness } from "./layout_quality.ts";
import { neighbourPreservation } from "./neighbour_preservation.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { rankQuality } from "./rank_quality.ts";

const cloud = (seed: number, count: number, width: number) => ({
  data: normal(key(seed), count * width),
  count,
  width,
});

Deno.test("rankQuality() gives the numbers of the three separate scores", async () => {
  const points = cloud(1, 60, 5);
  const first = {
    data: Float32Array.from({ length: 120 }, (_, i) => points.data[5 * (i >> 1) + i % 2]!),
    count: 60,
    width: 2,
  };
  const layouts = [first, cloud(2, 60, 2)];
  const found = rankQuality(points, layouts, { k: 7 });
  for (const [i, layout] of layouts.entries()) {
    assert.ok(Math.abs(found[i]!.trustworthiness - trustworthiness(points, layout, { k: 7 })) < 1e-12);
    assert.ok(Math.abs(found[i]!.continuity - continuity(points, layout, { k: 7 })) < 1e-12);
    assert.equal(found[i]!.preservation, await neighbourPreservation(points, layout, { k: 7 }));
  }
  assert.ok(found[0]!.trustworthiness > found[1]!.trustworthiness);
  assert.throws(() => rankQuality(points, layouts, { k: 30 }), /less than half of 60 neighbours, got 30/);
});

Deno.test("labelPurity() agrees with neighbourPurity(), and looks among other points where given", async () => {
  const points = cloud(3, 50, 4);
  const labels = Array.from({ length: 50 }, (_, i) => i % 3);
  const own = labelPurity(await nearestNeighbours(points, { k: 6 }), labels);
  assert.deepEqual(own, neighbourPurity(points, labels, { k: 6 }));
  const single = { data: points.data.slice(0, 4), count: 1, width: 4 };
  const near = await nearestNeighbours(single, { k: 1, among: points });
  assert.deepEqual([...labelPurity(near, [0], labels)], [1]);
  assert.throws(() => labelPurity(near, [0, 1], labels), /needs 1 labels, got 2/);
});
