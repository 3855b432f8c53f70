/**
 * t-SNE (van der Maaten and Hinton 2008) by Barnes–Hut (van der Maaten 2014): neighbours, affinities, initialisation, descent; each stage is
 * a function of its own. Defaults are scikit-learn's, and so is the meaning of the learning rate, so that divergences compare.
 */
import { type CompileOptions, fold, key, normal } from "../engine/mod.ts";
import { jointAffinities, neighboursFor } from "./affinities.ts";
import { type Metric, nearestNeighbours } from "./neighbours.ts";
import { pca, pcaTransform } from "./pca.ts";
import { checkPoints, type Points } from "./points.ts";
import type { Projection } from "./projection.ts";
import { descend, type TsneProgress } from "./tsne_optimise.ts";

/** What to make of the points; all have defaults. */
export interface TsneOptions {
  /** Coordinates of the layout, 2 by default. */
  readonly dimensions?: 2 | 3;
  /** Effective number of neighbours, above 1; default 30. */
  readonly perplexity?: number;
  /** "euclidean" by default. */
  readonly metric?: Metric;
  /** Default 1000; the early ones count. */
  readonly iterations?: number;
  /** Iterations with P enlarged, at most, and the factor; default 250 and 12. */
  readonly earlyIterations?: number;
  /** See `earlyIterations`. */
  readonly exaggeration?: number;
  /** Step per unit of gradient, the gradient with its factor 4; default max(count / exaggeration / 4, 50), as scikit-learn's "auto". */
  readonly learningRate?: number;
  /** Barnes–Hut accuracy in [0, 1), lower is more exact; default 0.5. */
  readonly theta?: number;
  /** Seed of the small noise on the start; default 0. */
  readonly seed?: number;
  /** Start, row-major [count dimensions], taken as it is; default the principal components, scaled to a deviation of 1e-4. */
  readonly initial?: ArrayLike<number>;
  /** Threads; default all cores, one below 1,000 points. The bits do not depend on it. */
  readonly threads?: number;
  /** Called every `reportEvery` iterations (default 50) and after the last. */
  readonly onProgress?: (progress: TsneProgress) => void;
  /** Iterations between reports. */
  readonly reportEvery?: number;
  /** Ends it between iterations. */
  readonly signal?: AbortSignal;
}

/** Points below which a second thread costs more than it saves. */
const FEW = 1000;
/** Standard deviation of the start's first coordinate, and the noise on it relative to that, as openTSNE has it. */
const START = 1e-4, NOISE = 0.01;

/**
 * Principal components scaled to a standard deviation of 1e-4 along the first, with a noise of 1 % of that, so that equal points part.
 * Row-major [count dimensions].
 */
async function initialLayout(
  points: Points,
  options: { readonly dimensions: number; readonly seed: number; readonly compile?: CompileOptions },
): Promise<Float64Array> {
  const { dimensions, seed } = options;
  const found = Math.min(dimensions, points.width);
  const model = await pca(points, { ...options, dimensions: found });
  const along = pcaTransform(model, points);
  const deviation = Math.sqrt((model.variances[0] as number) * (points.count - 1) / points.count) || 1;
  const noise = normal(fold(key(seed), "t-SNE start"), points.count * dimensions, { std: NOISE });
  return Float64Array.from(noise, (value, at) => {
    const d = at % dimensions;
    const component = d < found ? (along[Math.floor(at / dimensions) * found + d] as number) / deviation : 0;
    return START * (component + value);
  });
}

function check(points: Points, { perplexity, theta, iterations, threads, initial, dimensions }: {
  perplexity: number;
  theta: number;
  iterations: number;
  threads: number;
  initial: ArrayLike<number> | undefined;
  dimensions: number;
}): void {
  const needs = (what: string, got: unknown) => new RangeError(`tsne() needs ${what}, got ${got}`);
  const { count } = points;
  if (!(dimensions === 2 || dimensions === 3)) throw needs("2 or 3 dimensions", dimensions);
  if (count < 4) throw needs("at least 4 points", count);
  if (!(perplexity > 1 && perplexity < count - 1)) {
    throw needs(`a perplexity between 1 and ${count - 1} for ${count} points`, perplexity);
  }
  if (!(theta >= 0 && theta < 1)) throw needs("a theta from 0 to below 1", theta);
  if (!(Number.isInteger(iterations) && iterations >= 1)) throw needs("at least one iteration", iterations);
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw needs("from 1 to 64 threads", threads);
  }
  if (initial && initial.length !== count * dimensions) {
    throw needs(`an initial layout of ${count} × ${dimensions} numbers`, initial.length);
  }
  if (initial) checkPoints({ data: initial, count, width: dimensions }, "tsne() with its initial layout");
  checkPoints(points, "tsne()");
}

/**
 * Lays points out so that near points stay near.
 *
 * @throws RangeError when an option is out of range or a coordinate is not finite; the signal's reason when it is aborted.
 */
export async function tsne(points: Points, options: TsneOptions = {}): Promise<Projection> {
  const { count } = points;
  const {
    dimensions = 2,
    perplexity = 30,
    metric = "euclidean",
    iterations = 1000,
    seed = 0,
    initial,
    signal,
  } = options;
  const { theta = 0.5, exaggeration = 12, earlyIterations = 250, reportEvery = 50 } = options;
  const threads = options.threads ?? (count < FEW ? 1 : navigator.hardwareConcurrency);
  check(points, { perplexity, theta, iterations, threads, initial, dimensions });
  signal?.throwIfAborted();
  const compile: CompileOptions = { threads };
  const neighbours = await nearestNeighbours(points, {
    k: neighboursFor(perplexity, count),
    metric,
    compile,
  });
  signal?.throwIfAborted();
  const steps = descend(jointAffinities(neighbours, { perplexity }), {
    dimensions,
    initial: initial ?? await initialLayout(points, { dimensions, seed, compile }),
    iterations,
    earlyIterations,
    exaggeration,
    learningRate: options.learningRate ?? Math.max(count / exaggeration / 4, 50),
    theta,
    threads,
    reportEvery,
    ...(signal ? { signal } : {}),
  });
  let last: TsneProgress | undefined;
  for await (const progress of steps) {
    last = progress;
    options.onProgress?.(progress);
  }
  const { coordinates, kl } = last as TsneProgress;
  return {
    method: "tsne",
    engine: "barnes-hut",
    count,
    dimensions,
    seed,
    coordinates,
    quality: { kl: Math.max(0, kl) },
  };
}
