/**
 * New points on an existing layout: each goes to the mean of its nearest reference points' places, weighted by their affinity p_j|i. Where
 * UMAP's own transform starts (McInnes, Healy and Melville 2018, as umap-learn implements it), and a good start for t-SNE's.
 */
import { conditionalAffinities } from "./affinities.ts";
import { type Metric, nearestNeighbours, type Neighbours } from "./neighbours.ts";
import { checkPoints, type Points } from "./points.ts";

/** A layout and the points it shows, in one order. */
export interface ReferenceMap {
  /** [count width] */
  readonly points: Points;
  /** [count 2] or [count 3] */
  readonly layout: Points;
}

/** Which reference points count, and how much. */
export interface PlacementOptions {
  /** Nearest reference points that count; default 15, at most all. */
  readonly k?: number;
  /** Effective number of them, above 1 and below k; default a third of k. */
  readonly perplexity?: number;
  /** "euclidean" by default; take the metric the map was made with. */
  readonly metric?: Metric;
  /** The nearest reference points of the new ones, where they are known already; `k` and `metric` are then theirs. */
  readonly neighbours?: Neighbours;
}

/** Nearest reference points of new points and p_j|i over them [new k]. */
export interface ReferenceAffinities extends Neighbours {
  readonly affinities: Float64Array;
}

/**
 * Affinities of new points to their nearest reference points.
 *
 * @throws RangeError when sizes do not fit, an option is out of range or a coordinate is not finite.
 */
export async function referenceAffinities(
  { points, layout }: ReferenceMap,
  added: Points,
  options: PlacementOptions & { readonly usual: number },
): Promise<ReferenceAffinities> {
  if (layout.count !== points.count || layout.width < 1) {
    throw new RangeError(
      `Placing new points needs a layout of ${points.count} points, got [${layout.count} ${layout.width}]`,
    );
  }
  checkPoints(layout, "Placing new points on a layout");
  const given = options.neighbours;
  if (given && given.count !== added.count) {
    throw new RangeError(`Placing new points needs neighbours of ${added.count} points, got ${given.count}`);
  }
  const k = given?.k ?? Math.min(options.k ?? options.usual, points.count);
  const { perplexity = Math.max(k / 3, 1 + 1e-9), metric = "euclidean" } = options;
  const neighbours = given ?? await nearestNeighbours(added, { k, metric, among: points });
  return { ...neighbours, affinities: conditionalAffinities(neighbours, { perplexity }) };
}

/** Weighted means of the places of each point's neighbours [new width], row-major. */
export function weightedPlaces(
  { count, k, indices, affinities }: ReferenceAffinities,
  layout: Points,
): Float64Array {
  const { data, width } = layout;
  const places = new Float64Array(count * width);
  for (let at = 0; at < count * k; at++) {
    const i = Math.floor(at / k), j = indices[at] as number;
    for (let d = 0; d < width; d++) {
      places[i * width + d] = (places[i * width + d] as number) +
        (affinities[at] as number) * (data[j * width + d] as number);
    }
  }
  return places;
}

/**
 * Places new points among the reference points [new width], row-major; each alone, whatever else is placed with it. Nothing is optimised
 * afterwards: a new point never lies outside its neighbours. Throws as {@link referenceAffinities} does.
 */
export async function placeByNeighbours(
  map: ReferenceMap,
  added: Points,
  options: PlacementOptions = {},
): Promise<Float32Array> {
  const found = await referenceAffinities(map, added, { ...options, usual: 15 });
  return Float32Array.from(weightedPlaces(found, map.layout));
}
