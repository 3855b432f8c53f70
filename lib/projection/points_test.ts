/** Points that no method can lay out, and those that are hard: the row is named, and what is documented holds. */
import assert from "node:assert/strict";
import { silhouette, trustworthiness } from "./layout_quality.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { pca, pcaTransform } from "./pca.ts";
import { placeByNeighbours } from "./placement.ts";
import type { Points } from "./points.ts";
import { project, type ProjectOptions } from "./project.ts";
import { layoutOf } from "./projection.ts";
import { rankQuality } from "./rank_quality.ts";

const COUNT = 50, WIDTH = 4;
const cloud = (at: (i: number, d: number) => number): Points => ({
  data: Float64Array.from({ length: COUNT * WIDTH }, (_, n) => at(Math.floor(n / WIDTH), n % WIDTH)),
  count: COUNT,
  width: WIDTH,
});
const sound = cloud((i, d) => Math.sin(i * i * 7 + 3 * d));
const broken = (value: number) => cloud((i, d) => i === 40 && d === 1 ? value : Math.sin(i * i * 7 + 3 * d));
const METHODS: ProjectOptions[] = [
  { method: "tsne", perplexity: 10, iterations: 300, threads: 1 },
  { method: "tsne", engine: "tsne-js", perplexity: 10, iterations: 100 },
  { method: "umap", epochs: 20 },
  { method: "pca" },
];

Deno.test("project() names the row that it cannot lay out, before anything is computed", async () => {
  for (const options of METHODS) {
    for (const value of [NaN, Infinity, -Infinity]) {
      await assert.rejects(project(broken(value), options), {
        name: "RangeError",
        message: new RegExp(`needs finite coordinates, got ${value} in row 40$`),
      });
    }
    await assert.rejects(
      project(broken(1e30), options),
      /coordinates up to 1000000000000000 in size, got 1e\+30 in row 40$/,
    );
    await assert.rejects(
      project({ ...sound, count: 51 }, options),
      /51 points of 4 coordinates, got 200 numbers/,
    );
  }
});

Deno.test("project() keeps coordinates finite and scores in their ranges for hard points", async () => {
  const clouds = {
    sound,
    equal: cloud(() => 0.1),
    two: cloud((i) => i % 2),
    large: cloud((i, d) => 1e15 * Math.sin(i * 7 + d)),
    small: cloud((i, d) => 1e-30 * Math.sin(i * 7 + d)),
    far: cloud((i, d) => 1e6 + 1e-3 * Math.sin(i * 7 + d)),
    line: cloud((i, d) => d === 0 ? i : 0),
  };
  for (const [name, points] of Object.entries(clouds)) {
    for (const options of METHODS) {
      const what = `${name} ${options.method} ${"engine" in options ? options.engine : ""}`;
      const { coordinates, quality: { kl = 0, explained = 0 } } = await project(points, options);
      assert.ok(coordinates.every(Number.isFinite), what);
      assert.ok(kl >= 0 && Number.isFinite(kl), `${what}: ${kl}`);
      assert.ok(explained >= 0 && explained <= 1, `${what}: ${explained}`);
    }
  }
  const explained = async (points: Points) => (await pca(points, { dimensions: 2 })).explained;
  assert.deepEqual([...await explained(clouds.equal)], [0, 0]);
  assert.ok((await explained(clouds.far))[0]! > 0.3);
  assert.equal((await explained(clouds.line))[0], 1);
});

Deno.test("scores and placements refuse coordinates that are not finite, too", async () => {
  const bad = broken(NaN), labels = Array.from({ length: COUNT }, (_, i) => i % 2);
  const made = await project(sound, { method: "pca" }), layout = layoutOf(made);
  const row = /got NaN in row 40/;
  await assert.rejects(nearestNeighbours(sound, { k: 3, among: bad }), row);
  await assert.rejects(placeByNeighbours({ points: sound, layout }, bad, {}), row);
  const brokenLayout = { ...layout, data: Float64Array.from(layout.data, (x, i) => i === 81 ? NaN : x) };
  await assert.rejects(placeByNeighbours({ points: sound, layout: brokenLayout }, sound, {}), row);
  const model = await pca(sound, { dimensions: 2 });
  assert.throws(() => pcaTransform(model, bad), row);
  assert.throws(() => trustworthiness(sound, brokenLayout, { k: 3 }), row);
  assert.throws(() => silhouette(bad, labels), row);
  assert.throws(() => rankQuality(sound, [brokenLayout], { k: 3 }), row);
  assert.equal(silhouette(cloud(() => 0.1), labels), 0);
});
