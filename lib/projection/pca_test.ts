import assert from "node:assert/strict";
import { key, normal } from "../engine/mod.ts";
import { pca, pcaTransform } from "./pca.ts";
import { type Points, pointsOf } from "./points.ts";

/** A cloud with variances 9, 4, 1, 0.01 … along turned axes, away from the origin. */
function ellipsoid(count: number, width: number): Points {
  const data = normal(key(5), count * width, { std: 0.1 });
  for (let i = 0; i < count; i++) {
    const [a = 0, b = 0, c = 0] = [...normal(key(`e${i}`), 3)];
    const row = data.subarray(i * width);
    row[0] = 7 + 3 * a * 0.6 - 2 * b * 0.8;
    row[1] = 3 * a * 0.8 + 2 * b * 0.6;
    row[2] = c;
  }
  return { data, count, width };
}

const close = (a: number, b: number, within: number) =>
  assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);

Deno.test("pca() finds turned axes and their variances, directly and by a compiled product", async () => {
  for (const points of [ellipsoid(500, 6), ellipsoid(2000, 130)]) { // 34 million multiplications are compiled
    const model = await pca(points, { dimensions: 3 });
    [0.6, 0.8].forEach((x, d) => close(model.axes[d]!, x, 0.1));
    [9, 4, 1].forEach((variance, i) => close(model.variances[i]!, variance, 0.15 * variance));
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        let product = 0;
        for (let d = 0; d < points.width; d++) {
          product += model.axes[a * points.width + d]! * model.axes[b * points.width + d]!;
        }
        close(product, a === b ? 1 : 0, 1e-12);
      }
    }
  }
});

Deno.test("pcaTransform() gives uncorrelated coordinates with the variances of the model, and explained ones that sum to 1", async () => {
  const points = ellipsoid(300, 4);
  const model = await pca(points, { dimensions: 4 });
  const along = pcaTransform(model, points);
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 4; b++) {
      let sum = 0;
      for (let i = 0; i < 300; i++) sum += along[4 * i + a]! * along[4 * i + b]! / 299;
      close(sum, a === b ? model.variances[a]! : 0, 1e-5);
    }
  }
  close(model.explained.reduce((a, b) => a + b), 1, 1e-6);
});

Deno.test("pca() gives the same bits again, with the largest coordinate of each axis positive", async () => {
  const points = ellipsoid(200, 8);
  const [a, b] = [await pca(points, { dimensions: 3 }), await pca(points, { dimensions: 3 })];
  assert.deepEqual(a, b);
  for (let i = 0; i < 3; i++) {
    const axis = [...a.axes.subarray(8 * i, 8 * i + 8)];
    assert.ok(Math.max(...axis) >= -Math.min(...axis));
  }
});

Deno.test("pca() keeps points without any variance at the origin", async () => {
  const model = await pca(pointsOf([[1, 2], [1, 2], [1, 2]]), { dimensions: 2 });
  assert.deepEqual([...model.explained], [0, 0]);
  assert.ok(pcaTransform(model, pointsOf([[1, 2]])).every((x) => Math.abs(x) < 1e-12));
});

Deno.test("pca() throws a RangeError when it is asked for too much", async () => {
  await assert.rejects(pca(ellipsoid(9, 4), { dimensions: 5 }), /1 to 4 dimensions, got 9 and 5/);
  await assert.rejects(pca(pointsOf([[1], [Infinity]]), { dimensions: 1 }), RangeError);
  const model = await pca(ellipsoid(9, 4), { dimensions: 2 });
  assert.throws(() => pcaTransform(model, ellipsoid(2, 5)), /width 4, got 5/);
});
