import assert from "node:assert/strict";
import { key, normal } from "../engine/mod.ts";
import {
  continuity,
  neighbourPurity,
  silhouette,
  silhouetteSamples,
  trustworthiness,
} from "./layout_quality.ts";
import { type Points, pointsOf } from "./points.ts";

const cloud = (seed: number, count: number, width: number): Points => ({
  data: normal(key(seed), count * width),
  count,
  width,
});
const labels = Array.from({ length: 40 }, (_, i) => i % 2);
const apart = pointsOf(labels.map((label, i) => [20 * label + Math.sin(i), Math.cos(3 * i)]));

Deno.test("trustworthiness() and continuity() are 1 for the points themselves, rotated and scaled, and lower for another cloud", () => {
  const points = cloud(1, 60, 2), { data } = points;
  const turned = pointsOf(Array.from({ length: 60 }, (_, i) => [-3 * data[2 * i + 1]!, 3 * data[2 * i]!]));
  for (const score of [trustworthiness, continuity]) {
    assert.equal(score(points, turned, { k: 7 }), 1);
    const other = score(points, cloud(2, 60, 2), { k: 7 });
    assert.ok(other > 0.3 && other < 0.7, `${other}`);
  }
  assert.throws(() => trustworthiness(points, turned, { k: 30 }), /less than half of 60 points, got 30/);
});

Deno.test("silhouette() is near 1 for separate labels, near 0 for random ones, and 0 for a label of one point", () => {
  assert.ok(silhouette(apart, labels) > 0.9);
  assert.ok(Math.abs(silhouette(cloud(3, 40, 2), labels)) < 0.1);
  assert.equal(silhouetteSamples(apart, labels.map((label, i) => i === 5 ? "alone" : `${label}`))[5], 0);
  assert.throws(() => silhouette(apart, labels.map(() => 0)), /at least two kinds/);
});

Deno.test("neighbourPurity() is 1 for separate labels and near one half for two random ones", () => {
  assert.ok(neighbourPurity(apart, labels, { k: 5 }).every((x) => x === 1));
  const random = neighbourPurity(cloud(4, 40, 2), labels, { k: 5 }).reduce((a, b) => a + b) / 40;
  assert.ok(random > 0.3 && random < 0.7, `${random}`);
});
