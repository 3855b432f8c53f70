import assert from "node:assert/strict";
import { clusteredPoints } from "./clustered_points.ts";
import { neighbourPurity } from "./layout_quality.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { placeByNeighbours } from "./placement.ts";
import type { Points } from "./points.ts";
import { placeOn, project } from "./project.ts";
import { layoutOf, type Projection } from "./projection.ts";
import { transformTsne } from "./tsne_transform.ts";
import { umap } from "./umap.ts";

const { points, labels } = clusteredPoints({ count: 200, width: 16, clusters: 4, seed: 2, spread: 0.7 });
const rows = (from: Points, first: number, last: number): Points => ({
  data: Array.from(from.data).slice(first * from.width, last * from.width),
  count: last - first,
  width: from.width,
});
const OPTIONS = {
  tsne: { perplexity: 10, iterations: 400, threads: 1 },
  umap: { epochs: 100 },
  pca: {},
} as const;
const makings = new Map<string, Promise<Projection>>();
function layout(method: "tsne" | "umap" | "pca"): Promise<Projection> {
  const known = makings.get(method) ?? project(points, { method, ...OPTIONS[method] } as { method: "umap" });
  makings.set(method, known);
  return known;
}
/** Root mean square distance of a layout's points from their mean. */
const extent = ({ coordinates, count }: Projection) =>
  Math.sqrt(coordinates.reduce((sum, x) => sum + x * x, 0) / count);

Deno.test("umap() separates clusters and gives the same bits for the same seed, others for another", async () => {
  const made = await layout("umap");
  const purity = neighbourPurity(layoutOf(made), labels, { k: 10 });
  assert.ok(purity.reduce((a, b) => a + b) / 200 > 0.95);
  assert.deepEqual(await umap(points, OPTIONS.umap), made);
  assert.notDeepEqual((await umap(points, { ...OPTIONS.umap, seed: 1 })).coordinates, made.coordinates);
});

Deno.test("umap() lays out a handful of points in three dimensions, and refuses more neighbours than there are", async () => {
  const few = rows(points, 0, 6);
  const made = await umap(few, { neighbours: 3, dimensions: 3, epochs: 20 });
  assert.ok(made.coordinates.length === 18 && made.coordinates.every(Number.isFinite));
  await assert.rejects(umap(few), /from 2 to 5 neighbours for 6 points, got 15/);
});

Deno.test("placeOn() puts a training point near its own place, on any layout", async () => {
  for (const method of ["tsne", "umap", "pca"] as const) {
    const made = await layout(method);
    const placed = await placeOn(made, points, rows(points, 40, 60));
    let apart = 0;
    placed.forEach((x, at) => apart += (x - made.coordinates[80 + at]!) ** 2);
    assert.ok(
      Math.sqrt(apart / 20) < 0.15 * extent(made),
      `${method}: ${Math.sqrt(apart / 20)} of ${extent(made)}`,
    );
  }
});

Deno.test("placeOn() puts new points of a cluster among its own", async () => {
  const whole = clusteredPoints({ count: 260, width: 16, clusters: 4, seed: 2, spread: 0.7 });
  // The same directions with other noise: the last 60 of a longer sample.
  const added = rows(whole.points, 200, 260);
  for (const method of ["tsne", "umap"] as const) {
    const made = await layout(method);
    const placed = await placeOn(made, points, added);
    const all = { data: [...made.coordinates, ...placed], count: 260, width: 2 };
    const purity = neighbourPurity(all, whole.labels, { k: 10 }).subarray(200);
    assert.ok(purity.reduce((a, b) => a + b) / 60 > 0.9, `${method}`);
  }
});

Deno.test("transformTsne() moves points off the mean of their neighbours, each as if it were alone", async () => {
  const map = { points, layout: layoutOf(await layout("tsne")) };
  const added = rows(points, 0, 5);
  const together = await transformTsne(map, added);
  assert.deepEqual(await transformTsne(map, rows(points, 3, 4)), together.subarray(6, 8));
  assert.notDeepEqual(together, await placeByNeighbours(map, added, { k: 25, perplexity: 5 }));
  assert.deepEqual(
    await transformTsne(map, added, { iterations: 0 }),
    await placeByNeighbours(map, added, { k: 25, perplexity: 5 }),
  );
});

Deno.test("project() and placeOn() say in one sentence what does not fit", async () => {
  await assert.rejects(project(points, { method: "mds" as "pca" }), /tsne, umap, pca, got mds/);
  const made = await layout("tsne");
  await assert.rejects(placeOn(made, rows(points, 0, 9), points), /layout of 9 points, got \[200 2\]/);
  await assert.rejects(
    placeOn(made, points, clusteredPoints({ count: 2, width: 3, clusters: 1, seed: 1 }).points),
    RangeError,
  );
});

Deno.test("transformTsne() and placeByNeighbours() place alike with neighbours that are known already", async () => {
  const map = { points, layout: layoutOf(await layout("tsne")) };
  const added = rows(points, 5, 8);
  const known = async (k: number) => ({
    neighbours: await nearestNeighbours(added, { k, among: points }),
  });
  assert.deepEqual(await transformTsne(map, added, await known(25)), await transformTsne(map, added));
  assert.deepEqual(await placeByNeighbours(map, added, await known(15)), await placeByNeighbours(map, added));
  await assert.rejects(
    transformTsne(map, rows(points, 0, 1), await known(25)),
    /neighbours of 1 points, got 3/,
  );
});
