import assert from "node:assert/strict";
import { key, normal, stream } from "../engine/mod.ts";
import { jointAffinities, sparseDivergence } from "./affinities.ts";
import { clusteredPoints } from "./clustered_points.ts";
import { neighbourPurity } from "./layout_quality.ts";
import { nearestNeighbours } from "./neighbours.ts";
import type { Points } from "./points.ts";
import { project } from "./project.ts";
import { layoutOf, type Projection } from "./projection.ts";
import { tsne } from "./tsne.ts";
import { jointProbabilities, klDivergence, klGradient } from "./tsne_exact.ts";
import { tsneJs } from "./tsne_js.ts";
import { startTeam, type Team } from "./tsne_team.ts";

const { points, labels } = clusteredPoints({ count: 240, width: 20, clusters: 6, seed: 1 });
const short = { perplexity: 12, iterations: 350, threads: 1 } as const;
const mean = (values: Float64Array) => values.reduce((a, b) => a + b) / values.length;

/** The team's gradient at a layout, row-major, and its divergence. */
function gradientOf(team: Team, layout: Points, width: number) {
  for (let d = 0; d < width; d++) {
    team.positions[d]?.forEach((_, i, axis) => axis[i] = layout.data[i * width + d] as number);
  }
  const { total, divergence } = team.forces({ divergence: true });
  const gradient = Float64Array.from({ length: layout.count * width }, (_, at) => {
    const d = at % width, i = Math.floor(at / width);
    return 4 * (team.attraction[d]![i]! - team.repulsion[d]![i]! / total);
  });
  return { gradient, divergence: divergence + Math.log(total) };
}

for (const dimensions of [2, 3] as const) {
  Deno.test(`startTeam() computes the exact gradient and divergence in ${dimensions} dimensions when theta is 0, and nearly at 0.5`, async () => {
    const count = 119; // odd: shared memory comes in whole words, and the tree must not take the rest for a point
    const some = { data: points.data, count, width: 20 };
    const p = jointAffinities(await nearestNeighbours(some, { k: count - 1 }), { perplexity: 10 });
    const exact = jointProbabilities(some, { perplexity: 10 });
    const data = normal(key(3), count * dimensions, { std: 5 });
    data.copyWithin(0, 3 * dimensions, 4 * dimensions); // two points in one place
    const layout = { data, count, width: dimensions };
    const wanted = klGradient(exact, layout);
    const size = Math.hypot(...wanted);
    const entropy = p.values.reduce((sum, value) => sum + value * Math.log(value), 0);
    for (const [theta, bar] of [[0, 1e-6], [0.5, 0.02]] as const) {
      const team = await startTeam(p, { dimensions, theta, threads: 1 });
      const found = gradientOf(team, layout, dimensions);
      team.close();
      const apart = Math.hypot(...wanted.map((value, at) => value - found.gradient[at]!));
      assert.ok(apart < bar * size, `theta ${theta}: ${apart / size}`);
      assert.ok(theta === 0 || apart > 1e-6 * size); // the tree was used
      assert.ok(Math.abs(found.divergence + entropy - klDivergence(exact, layout)) < bar);
    }
  });
}

Deno.test("tsne() gives the same bits for the same seed on one thread and on two, others for another seed", async () => {
  const run = (seed: number, threads: number) => tsne(points, { ...short, iterations: 60, seed, threads });
  const [a, b, c] = [await run(1, 1), await run(1, 2), await run(2, 1)];
  assert.deepEqual(a, b);
  assert.deepEqual(await run(1, 2), b);
  assert.notDeepEqual(a.coordinates, c.coordinates);
});

Deno.test("tsne() raises neighbour purity over PCA in two and three dimensions", async () => {
  for (const dimensions of [2, 3] as const) {
    const purity = (layout: Projection) => mean(neighbourPurity(layoutOf(layout), labels, { k: 10 }));
    const flat = purity(await project(points, { method: "pca", dimensions }));
    const layout = await tsne(points, { ...short, dimensions });
    assert.equal(layout.coordinates.length, 240 * dimensions);
    assert.ok(purity(layout) > 0.9 && purity(layout) > flat + 0.05, `${purity(layout)}, ${flat} by PCA`);
  }
});

/** Points made as sentences of a grammar are: the sum of one of some random vectors for each slot. */
function composedPoints(
  { count, slots, choices, width }: Record<"count" | "slots" | "choices" | "width", number>,
): Points {
  const parts = normal(key(7), slots * choices * width), random = stream(key(8));
  const data = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    for (let slot = 0; slot < slots; slot++) {
      const part = (slot * choices + random.int(0, choices - 1)) * width;
      for (let j = 0; j < width; j++) data[i * width + j]! += parts[part + j] as number;
    }
  }
  return { data, count, width };
}

Deno.test("tsne() spreads points over all axes where P enlarged pulls them into one place", async () => {
  // Left to the end of the early phase, these lie on a line or in a point: no axis on which all are equal ever parts them.
  for (const [count, slots, choices, dimensions] of [[600, 6, 6, 2], [1000, 10, 4, 3]] as const) {
    const cloud = composedPoints({ count, slots, choices, width: 64 });
    const { coordinates } = await tsne(cloud, { dimensions, threads: 1, iterations: 400, seed: 1 });
    const deviations = Array.from({ length: dimensions }, (_, d) => {
      const own = Float64Array.from({ length: count }, (_, i) => coordinates[i * dimensions + d] as number);
      const middle = mean(own);
      return Math.sqrt(mean(own.map((value) => (value - middle) ** 2)));
    });
    const [least, most] = [Math.min(...deviations), Math.max(...deviations)];
    assert.ok(least > 0.5 * most && most > 1, `deviations ${deviations}`);
  }
});

Deno.test("tsne() lowers the divergence after the early phase and reports what it is", async () => {
  const reported: number[] = [];
  const layout = await tsne(points, {
    ...short,
    iterations: 600,
    reportEvery: 50,
    onProgress: ({ iteration, kl }) => iteration >= 300 && reported.push(kl),
  });
  reported.slice(1).forEach((kl, i) => assert.ok(kl < reported[i]! + 1e-3, `${reported}`));
  const p = jointAffinities(await nearestNeighbours(points, { k: 37 }), { perplexity: 12 });
  assert.ok(Math.abs(sparseDivergence(p, layoutOf(layout)) - layout.quality.kl!) < 0.02);
});

Deno.test("tsne() comes as low as tsne-js, which is exact", async () => {
  const some = { data: points.data, count: 100, width: 20 };
  const p = jointProbabilities(some, { perplexity: 10 });
  const ours = klDivergence(p, layoutOf(await tsne(some, { perplexity: 10, threads: 1 })));
  const theirs = klDivergence(p, layoutOf(tsneJs(some, { perplexity: 10, iterations: 400 })));
  assert.ok(ours < 1.05 * theirs, `${ours}, ${theirs} by tsne-js`);
  assert.ok(ours > 0.5 * theirs, `${ours}, ${theirs} by tsne-js`);
});

Deno.test("tsne() ends with the signal's reason between iterations", async () => {
  const controller = new AbortController();
  let last = 0;
  const run = tsne(points, {
    ...short,
    threads: 2,
    reportEvery: 10,
    signal: controller.signal,
    onProgress({ iteration }) {
      last = iteration;
      if (iteration === 20) controller.abort(new Error("enough"));
    },
  });
  await assert.rejects(run, /enough/);
  assert.equal(last, 20);
});

Deno.test("tsne() throws a RangeError when an option is out of range", async () => {
  const wrong: [Parameters<typeof tsne>[1], RegExp][] = [
    [{ perplexity: 239 }, /perplexity between 1 and 239 for 240 points, got 239/],
    [{ theta: 1 }, /theta/],
    [{ iterations: 0 }, /iteration/],
    [{ threads: 0 }, /threads/],
    [{ dimensions: 4 as 3 }, /2 or 3 dimensions, got 4/],
    [{ initial: [1, 2] }, /240 × 2 numbers, got 2/],
    [{ ...short, learningRate: 1e300 }, /smaller learning rate/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(
      tsne(points, options),
      (error) => error instanceof RangeError && message.test(error.message),
    );
  }
});

Deno.test("tsneJs() reports the divergence of the layout that it gives, after early iterations alone, too", () => {
  const some = { data: points.data, count: 60, width: 20 };
  const p = jointProbabilities(some, { perplexity: 10 });
  for (const dimensions of [2, 3] as const) {
    for (const iterations of [1, 100, 101, 120]) {
      const layout = tsneJs(some, { perplexity: 10, iterations, dimensions });
      assert.equal(layout.quality.kl, klDivergence(p, layoutOf(layout)));
      assert.ok(layout.quality.kl < Math.log(60 * 59), `${layout.quality.kl}`);
    }
  }
});

Deno.test("tsneJs() throws a RangeError when there are too many points", () => {
  const many = { data: new Float32Array(2001), count: 2001, width: 1 };
  assert.throws(() => tsneJs(many), /up to 2000 points, got 2001/);
});
