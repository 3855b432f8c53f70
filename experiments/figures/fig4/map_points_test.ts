import assert from "node:assert/strict";
import { UserError } from "../../../lib/engine/errors.ts";
import { key, stream } from "../../../lib/engine/random.ts";
import type { MapPoint } from "./instruction_space.ts";
import { formatMapPoints, GRID, readMapPoints } from "./map_points.ts";

const random = stream(key(4));
const place = (extent: number) => [extent * (random.float() - 0.5), extent * random.float()] as const;
const points: MapPoint[] = Array.from({ length: 60 }, (_, i) => ({
  task: i < 40 ? "style" : "face",
  text: `say "it", number ${i}`,
  fixed: i === 59,
  tsne: place(180),
  umap: place(30),
  pca: place(1),
}));

Deno.test("readMapPoints() gives back what formatMapPoints() wrote, to half a cell of the grid", () => {
  const content = formatMapPoints(points);
  const read = readMapPoints(content);
  assert.equal(read.length, points.length);
  assert.equal(content.trimEnd().split("\n").length, 1 + 3 + points.length);
  read.forEach((point, i) => {
    const { task, text, fixed } = points[i]!;
    assert.deepEqual([point.task, point.text, point.fixed], [task, text, fixed]);
    for (const [method, extent] of [["tsne", 180], ["umap", 30], ["pca", 1]] as const) {
      for (const axis of [0, 1] as const) {
        const off = Math.abs(point[method][axis] - points[i]![method][axis]);
        assert.ok(off <= extent / (GRID - 1) / 2 * 1.001, `${method} ${off}`);
      }
    }
  });
});

Deno.test("formatMapPoints() takes few more characters than the texts themselves", () => {
  const texts = points.reduce((sum, { text }) => sum + JSON.stringify(text).length, 0);
  const long = formatMapPoints(points.flatMap((point) => Array.from({ length: 50 }, () => point))).length;
  assert.ok(long < 50 * (texts + 30 * points.length), `${long}`);
});

Deno.test("readMapPoints() says how to make the file again when it is of an older layout", () => {
  const older =
    '{"task":"style","text":"use the style","fixed":false,"tsne":[1,2],"umap":[1,2],"pca":[1,2]}\n';
  assert.throws(
    () => readMapPoints(older),
    (error) => error instanceof UserError && /fig4 again/.test(error.message),
  );
  assert.throws(() => readMapPoints(""), UserError);
  const headless = formatMapPoints(points).split("\n").filter((line) => !line.startsWith('{"task"'));
  assert.throws(() => readMapPoints(headless.join("\n")), /expected a task before the first text, got none/);
});

Deno.test("formatMapPoints() keeps points apart from numbers when all lie on one place", () => {
  const same = points.slice(0, 3).map((point) => ({ ...point, pca: [0.5, -1] as const }));
  assert.deepEqual(readMapPoints(formatMapPoints(same)).map(({ pca }) => pca), same.map(({ pca }) => pca));
});
