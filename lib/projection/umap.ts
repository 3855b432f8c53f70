/**
 * UMAP (McInnes, Healy and Melville 2018) by umap-js, with three things of our own: exact neighbours, a start at the principal components
 * instead of at random, and a generator made from the seed. For new points see {@link placeByNeighbours}: umap-js' own transform searches at
 * random and does not end on small data.
 */
import { UMAP } from "umap-js";
import { fold, key, normal, stream } from "../engine/mod.ts";
import { type Metric, nearestNeighbours } from "./neighbours.ts";
import { pca, pcaTransform } from "./pca.ts";
import { checkPoints, type Points } from "./points.ts";
import type { Projection } from "./projection.ts";

/** What to make of the points; all have defaults. */
export interface UmapOptions {
  /** Coordinates of the layout, 2 by default. */
  readonly dimensions?: 2 | 3;
  /** Neighbours of a point, itself among them; default 15. */
  readonly neighbours?: number;
  /** Least distance of points in the layout; default 0.1. */
  readonly leastDistance?: number;
  /** "euclidean" by default. */
  readonly metric?: Metric;
  /** Passes over the edges; default 500, above 10,000 points 200. */
  readonly epochs?: number;
  /** Default 0; the same seed gives the same bits. */
  readonly seed?: number;
  /** Called after every 10 epochs and the last. */
  readonly onProgress?: (progress: { readonly epoch: number; readonly epochs: number }) => void;
  /** Ends it between epochs. */
  readonly signal?: AbortSignal;
}

/** Largest coordinate of the start, and the noise on it, as umap-learn has them. */
const START = 10, NOISE = 1e-4;
const REPORT_EVERY = 10;

/**
 * Lays points out so that near points stay near, clusters a little more apart than t-SNE's.
 *
 * @throws RangeError when an option is out of range or a coordinate is not finite; the signal's reason when it is aborted.
 */
export async function umap(points: Points, options: UmapOptions = {}): Promise<Projection> {
  const { count } = points;
  const { dimensions = 2, neighbours: k = 15, leastDistance = 0.1, metric = "euclidean", seed = 0, signal } =
    options;
  const { epochs = count > 10_000 ? 200 : 500 } = options;
  if (!(Number.isInteger(k) && k >= 2 && k < count)) {
    throw new RangeError(`umap() needs from 2 to ${count - 1} neighbours for ${count} points, got ${k}`);
  }
  if (!(Number.isInteger(epochs) && epochs >= 1)) {
    throw new RangeError(`umap() needs at least one epoch, got ${epochs}`);
  }
  checkPoints(points, "umap()");
  signal?.throwIfAborted();
  const near = await nearestNeighbours(points, { k: k - 1, metric });
  const random = stream(fold(key(seed), "UMAP"));
  const model = new UMAP({
    nComponents: dimensions,
    nNeighbors: k,
    minDist: leastDistance,
    nEpochs: epochs,
    random: () => random.float(),
  });
  const row = (values: Uint32Array | Float64Array, i: number, self: number) => [
    self,
    ...values.subarray(i * (k - 1), (i + 1) * (k - 1)),
  ];
  const each = Array.from({ length: count }, (_, i) => i);
  model.setPrecomputedKNN(
    each.map((i) => row(near.indices, i, i)),
    each.map((i) => row(near.distances, i, 0)),
  );
  model.initializeFit(each.map((i) => [i])); // with neighbours given, only the number of points is read
  const layout = model.getEmbedding();
  (await start(points, { dimensions, seed })).forEach((value, at) => {
    (layout[Math.floor(at / dimensions)] as number[])[at % dimensions] = value;
  });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    model.step();
    if (epoch % REPORT_EVERY !== 0 && epoch !== epochs) continue;
    options.onProgress?.({ epoch, epochs });
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  const coordinates = Float32Array.from(model.getEmbedding().flat());
  return { method: "umap", engine: "umap-js", count, dimensions, seed, coordinates, quality: {} };
}

/** Principal components, the largest coordinate at 10, with a little noise; row-major [count dimensions]. */
async function start(
  points: Points,
  { dimensions, seed }: { dimensions: number; seed: number },
): Promise<Float64Array> {
  const found = Math.min(dimensions, points.width);
  const along = pcaTransform(await pca(points, { dimensions: found }), points);
  const most = along.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  const noise = normal(fold(key(seed), "UMAP start"), points.count * dimensions, { std: NOISE });
  return Float64Array.from(noise, (value, at) => {
    const d = at % dimensions;
    return value +
      (d < found ? START * (along[Math.floor(at / dimensions) * found + d] as number) / most : 0);
  });
}
