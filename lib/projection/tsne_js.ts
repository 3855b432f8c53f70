/**
 * Exact t-SNE by tsne-js, an independent implementation: time and memory grow with the square of the points. It samples its start with
 * Math.random and takes no seed, so no two of its layouts are equal.
 */
import TSNE from "tsne-js";
import { checkPoints, type Points } from "./points.ts";
import type { Projection } from "./projection.ts";
import { jointProbabilities, klDivergence } from "./tsne_exact.ts";

/** Options of tsne-js; all have defaults. */
export interface TsneJsOptions {
  /** Coordinates of the layout, 2 by default. */
  readonly dimensions?: 2 | 3;
  /** Default 30. */
  readonly perplexity?: number;
  /** Default 1000; up to 100 early ones count, and are done in any case. */
  readonly iterations?: number;
  /** Factor of P in the early iterations; default 4. */
  readonly exaggeration?: number;
  /** Step per unit of gradient; default 100. */
  readonly learningRate?: number;
}

/** Points above which tsne-js is refused: 1.1 s an iteration at 2,000. */
const MOST_TSNE_JS_POINTS = 2000;

/** The part of tsne-js that is used; it comes without types. */
interface Model {
  init(input: { data: number[][]; type: "dense" }): void;
  run(): void;
  getOutput(): number[][];
}

/**
 * Lays points out by Euclidean distance. Blocks the thread until it is done.
 *
 * @throws RangeError when there are more than 2,000 points, the perplexity is out of range, or a coordinate is not finite.
 */
export function tsneJs(points: Points, options: TsneJsOptions = {}): Projection {
  const { count, width } = points;
  const { dimensions = 2, perplexity = 30, iterations = 1000, exaggeration = 4, learningRate = 100 } =
    options;
  if (count > MOST_TSNE_JS_POINTS) {
    throw new RangeError(
      `tsneJs() takes up to ${MOST_TSNE_JS_POINTS} points, got ${count}; use the engine "barnes-hut"`,
    );
  }
  if (!(perplexity > 1 && perplexity < count - 1)) {
    throw new RangeError(`tsneJs() needs a perplexity between 1 and ${count - 1}, got ${perplexity}`);
  }
  checkPoints(points, "tsneJs()");
  const model = new (TSNE as unknown as new (options: Record<string, unknown>) => Model)({
    dim: dimensions,
    perplexity,
    earlyExaggeration: exaggeration,
    learningRate,
    nIter: iterations,
    metric: "euclidean",
  });
  const rows = Array.from(
    { length: count },
    (_, i) => Array.from({ length: width }, (_, d) => points.data[i * width + d] as number),
  );
  model.init({ data: rows, type: "dense" });
  model.run();
  const coordinates = Float32Array.from(model.getOutput().flat());
  if (!coordinates.every(Number.isFinite)) {
    throw new RangeError(
      `tsneJs() needs points that tsne-js can lay out, got places that are not finite; use the engine "barnes-hut"`,
    );
  }
  // The library's own value is that before the last move, by another kernel in three dimensions, and Number.MAX_VALUE after early iterations alone.
  const kl = klDivergence(jointProbabilities(points, { perplexity }), {
    data: coordinates,
    count,
    width: dimensions,
  });
  return {
    method: "tsne",
    engine: "tsne-js",
    count,
    dimensions,
    seed: null,
    coordinates,
    quality: { kl: Math.max(0, kl) },
  };
}
