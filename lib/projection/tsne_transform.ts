/**
 * New points on an existing t-SNE map (Poličar, Stražar and Zupan 2019, "Embedding to reference t-SNE space"): the reference stays as it is,
 * each new point is attracted by its nearest reference points and repelled by all of them, and by no other new point.
 *
 *     gradient of i = Σ_j (ρ p_j|i − k_ij / Z_i) k_ij (y_i − y_j),   Z_i = Σ_j k_ij,   ρ the exaggeration, j over the reference
 *
 * Defaults are openTSNE's. Departure: no gains per coordinate, and a start at the weighted mean of the neighbours instead of their median.
 */
import {
  type PlacementOptions,
  referenceAffinities,
  type ReferenceMap,
  weightedPlaces,
} from "./placement.ts";
import type { Points } from "./points.ts";
import { repulsionKernel } from "./repulsion_kernel.ts";
import { type Axes, emptyTree, growTree } from "./space_tree.ts";
import { gather } from "./tsne_forces.ts";

/** How new points find their places; all have defaults. */
export interface TsneTransformOptions extends PlacementOptions {
  /** Default 250. */
  readonly iterations?: number;
  /** Factor ρ of the attraction, default 1.5: keeps a point within a cluster. */
  readonly exaggeration?: number;
  /** Step per unit of gradient, default 0.1. */
  readonly learningRate?: number;
  /** Share of the last move that goes on, default 0.8. */
  readonly momentum?: number;
  /** Longest move in one iteration, in units of the map; default 0.25. */
  readonly longestMove?: number;
  /** Barnes–Hut accuracy in [0, 1), default 0.5. */
  readonly theta?: number;
  /** Ends it between points. */
  readonly signal?: AbortSignal;
}

/**
 * Places new points on a map [new width], row-major. A point's place does not depend on the others; the same arguments give the same bits.
 *
 * @throws RangeError when the map is not of 2 or 3 dimensions, sizes do not fit, an option is out of range or a coordinate is not finite.
 */
export async function transformTsne(
  map: ReferenceMap,
  added: Points,
  options: TsneTransformOptions = {},
): Promise<Float32Array> {
  const { iterations = 250, exaggeration = 1.5, learningRate = 0.1, momentum = 0.8, longestMove = 0.25 } =
    options;
  const { theta = 0.5, signal } = options;
  const { layout } = map;
  const dimensions = layout.width;
  if (dimensions !== 2 && dimensions !== 3) {
    throw new RangeError(`transformTsne() needs a map of 2 or 3 dimensions, got ${dimensions}`);
  }
  const found = await referenceAffinities(map, added, { perplexity: 5, ...options, usual: 25 });
  const { k, indices, affinities } = found;
  const axes = [0, 1, 2].map((d) =>
    Float64Array.from(
      { length: layout.count },
      (_, i) => d < dimensions ? layout.data[i * dimensions + d] as number : 0,
    )
  ) as unknown as Axes;
  const tree = emptyTree(layout.count, (bytes) => new ArrayBuffer(bytes));
  growTree(tree, axes, dimensions);
  const { list, sums, repel } = repulsionKernel(layout.count);
  const starts = weightedPlaces(found, layout);
  const places = new Float32Array(starts.length);
  for (let i = 0; i < added.count; i++) {
    signal?.throwIfAborted();
    const place = [0, 0, 0], move = [0, 0, 0];
    for (let d = 0; d < dimensions; d++) place[d] = starts[i * dimensions + d] as number;
    for (let iteration = 0; iteration < iterations; iteration++) {
      const [x, y, z] = place as [number, number, number];
      repel(x, y, z, gather(tree, [x, x, y, y, z, z], theta, list));
      const total = sums[3] as number;
      const gradient = [0, 1, 2].map((d) => -(sums[d] as number) / total);
      for (let n = i * k; n < (i + 1) * k; n++) {
        const j = indices[n] as number;
        const away = axes.map((axis, d) => (place[d] as number) - (axis[j] as number));
        const kernel = 1 / away.reduce((sum, along) => sum + along * along, 1);
        const force = exaggeration * (affinities[n] as number) * kernel;
        away.forEach((along, d) => gradient[d] = (gradient[d] as number) + force * along);
      }
      for (let d = 0; d < 3; d++) {
        move[d] = momentum * (move[d] as number) - learningRate * (gradient[d] as number);
      }
      const shorten = Math.min(1, longestMove / Math.hypot(...move));
      for (let d = 0; d < 3; d++) {
        move[d] = shorten * (move[d] as number);
        place[d] = (place[d] as number) + (move[d] as number);
      }
    }
    for (let d = 0; d < dimensions; d++) places[i * dimensions + d] = place[d] as number;
  }
  return places;
}
