import assert from "node:assert/strict";
import { key, normal } from "../engine/mod.ts";
import { neighbourPreservation } from "./neighbour_preservation.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { neighbourOrder, type Points, pointsOf, squaredDistances } from "./points.ts";

const cloud = (seed: number, count: number, width: number, mean = 0): Points => ({
  data: normal(key(seed), count * width, { mean }),
  count,
  width,
});

/** The first k of a full sort, and the true distances. */
function sorted(points: Points, k: number) {
  const squares = squaredDistances(points);
  const order = neighbourOrder(points).map((row) => row.subarray(0, k));
  return {
    indices: Uint32Array.from(order.flatMap((row) => [...row])),
    distances: order.flatMap((row, i) => [...row].map((j) => Math.sqrt(squares[i * points.count + j]!))),
  };
}

Deno.test("nearestNeighbours() finds what a full sort finds, directly and by compiled products of off-centre points", async () => {
  for (const points of [cloud(1, 60, 5), cloud(2, 800, 64, 30)]) { // 41 million multiplications are compiled
    const found = await nearestNeighbours(points, { k: 9 });
    const wanted = sorted(points, 9);
    assert.deepEqual(found.indices, wanted.indices);
    assert.ok(found.distances.every((distance, at) => Math.abs(distance / wanted.distances[at]! - 1) < 1e-5));
  }
});

Deno.test("nearestNeighbours() takes equal distances by rising index, and copies of a point at distance 0", async () => {
  const line = pointsOf([[3], [1], [2], [1], [0], [1]]);
  const { indices, distances } = await nearestNeighbours(line, { k: 4 });
  assert.deepEqual([...indices.subarray(4, 8)], [3, 5, 2, 4]); // of the first 1
  assert.deepEqual([...distances.subarray(4, 8)], [0, 0, 1, 1]);
  const rows = Array.from({ length: 700 }, (_, i) => cloud(i % 350, 1, 96).data);
  const twins = await nearestNeighbours(pointsOf(rows), { k: 2 });
  for (let i = 0; i < 700; i++) {
    assert.equal(twins.indices[2 * i], (i + 350) % 700);
    assert.equal(twins.distances[2 * i], 0);
  }
});

Deno.test("nearestNeighbours() by cosine does not see lengths and gives 1 − cosine", async () => {
  const points = pointsOf([[1, 0], [0, 5], [-2, 0], [9, 1]]);
  const { indices, distances } = await nearestNeighbours(points, { k: 3, metric: "cosine" });
  assert.deepEqual([...indices.subarray(0, 3)], [3, 1, 2]);
  [1 - 9 / Math.sqrt(82), 1, 2].forEach((wanted, n) => assert.ok(Math.abs(distances[n]! - wanted) < 1e-6));
  await assert.rejects(
    nearestNeighbours(pointsOf([[0, 0], [1, 0]]), { k: 1, metric: "cosine" }),
    /off the origin/,
  );
});

Deno.test("nearestNeighbours() among a reference finds a point itself first", async () => {
  const reference = cloud(3, 50, 4);
  const queries = { data: Array.from(reference.data).slice(40, 60), count: 5, width: 4 };
  const { indices, distances } = await nearestNeighbours(queries, { k: 3, among: reference });
  for (let i = 0; i < 5; i++) {
    assert.equal(indices[3 * i], 10 + i);
    assert.equal(distances[3 * i], 0);
    assert.ok(distances[3 * i + 1]! > 0);
  }
});

Deno.test("nearestNeighbours() throws a RangeError when k, a width or a number is out of range", async () => {
  const points = cloud(4, 6, 2);
  await assert.rejects(nearestNeighbours(points, { k: 6 }), /k from 1 to 5, got 6/);
  await assert.rejects(nearestNeighbours(points, { k: 1, among: cloud(5, 3, 3) }), /one width, got 2 and 3/);
  await assert.rejects(nearestNeighbours(pointsOf([[1], [NaN], [2]]), { k: 1 }), RangeError);
});

Deno.test("neighbourPreservation() is 1 for a turned copy and near chance for another cloud", async () => {
  const points = cloud(6, 200, 2), { data } = points;
  const turned = pointsOf(Array.from({ length: 200 }, (_, i) => [-3 * data[2 * i + 1]!, 3 * data[2 * i]!]));
  assert.equal(await neighbourPreservation(points, turned, { k: 10 }), 1);
  const other = await neighbourPreservation(points, cloud(7, 200, 2), { k: 10 });
  assert.ok(other > 0.02 && other < 0.1, `${other}`);
  await assert.rejects(
    neighbourPreservation(points, cloud(8, 9, 2), { k: 3 }),
    /200 points in the layout, got 9/,
  );
});
