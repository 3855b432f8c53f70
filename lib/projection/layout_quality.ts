/**
 * How far a layout can be trusted: does it keep neighbours (Venna and Kaski 2001), does it separate labels (Rousseeuw 1987)?
 * All scores are higher-is-better and Euclidean.
 */
import { neighbourOrder, type Points, squaredDistances } from "./points.ts";

function checkNeighbours(where: string, k: number, count: number): void {
  if (!(Number.isInteger(k) && k >= 1 && k < count / 2)) {
    throw new RangeError(
      `${where} needs a whole number of neighbours from 1 to less than half of ${count} points, got ${k}`,
    );
  }
}

/**
 * Trustworthiness in [0, 1]: 1 when the k nearest in the layout are also the k nearest among the points; intruders cost their excess rank.
 *
 *     1 − 2/(n k (2n − 3k − 1)) · Σ_i Σ_{j ∈ U_k(i)} (r(i, j) − k)
 *
 * @throws RangeError when k is not below half the number of points, or the two clouds differ in size.
 */
export function trustworthiness(points: Points, layout: Points, options: { k: number }): number {
  const { k } = options;
  const { count } = points;
  checkNeighbours("trustworthiness()", k, count);
  if (layout.count !== count) {
    throw new RangeError(`trustworthiness() needs ${count} points in the layout, got ${layout.count}`);
  }
  const order = neighbourOrder(points), shown = neighbourOrder(layout);
  const rank = new Uint32Array(count);
  let penalty = 0;
  for (let i = 0; i < count; i++) {
    (order[i] as Uint32Array).forEach((j, place) => rank[j] = place + 1);
    for (const j of (shown[i] as Uint32Array).subarray(0, k)) penalty += Math.max(0, (rank[j] as number) - k);
  }
  return 1 - penalty * 2 / (count * k * (2 * count - 3 * k - 1));
}

/** Continuity in [0, 1]: 1 when the k nearest points are still neighbours in the layout; trustworthiness the other way round. */
export function continuity(points: Points, layout: Points, options: { k: number }): number {
  return trustworthiness(layout, points, options);
}

/**
 * Silhouette of every point in [-1, 1]: (b − a)/max(a, b) with a the mean distance to its own label's other points and b that to the nearest
 * other label's; 0 for a label of one point.
 *
 * @throws RangeError when there are fewer than two labels, or not one label per point.
 */
export function silhouetteSamples(points: Points, labels: ArrayLike<number | string>): Float64Array {
  const { count } = points;
  const names = [...new Set(Array.from(labels))];
  if (labels.length !== count || names.length < 2) {
    throw new RangeError(
      `silhouette needs ${count} labels of at least two kinds, got ${labels.length} of ${names.length}`,
    );
  }
  const own = Array.from(labels, (label) => names.indexOf(label));
  const sizes = names.map((_, c) => own.filter((label) => label === c).length);
  const distances = squaredDistances(points);
  return Float64Array.from(own, (label, i) => {
    if (sizes[label] === 1) return 0;
    const sums = new Float64Array(names.length);
    own.forEach((c, j) => sums[c] = (sums[c] as number) + Math.sqrt(distances[i * count + j] as number));
    const a = (sums[label] as number) / ((sizes[label] as number) - 1);
    const b = Math.min(
      ...names.flatMap((_, c) => c === label ? [] : [(sums[c] as number) / (sizes[c] as number)]),
    );
    // Where all of both labels are one point, neither is nearer.
    return Math.max(a, b) > 0 ? (b - a) / Math.max(a, b) : 0;
  });
}

/** Mean silhouette in [-1, 1]. */
export function silhouette(points: Points, labels: ArrayLike<number | string>): number {
  return silhouetteSamples(points, labels).reduce((sum, x) => sum + x, 0) / points.count;
}

/**
 * Neighbour purity of every point in [0, 1]: the share of its k nearest that carry its label.
 *
 * @throws RangeError when k is out of range or labels are missing.
 */
export function neighbourPurity(
  points: Points,
  labels: ArrayLike<number | string>,
  options: { k: number },
): Float64Array {
  const { k } = options;
  checkNeighbours("neighbourPurity()", k, points.count);
  if (labels.length !== points.count) {
    throw new RangeError(`neighbourPurity() needs ${points.count} labels, got ${labels.length}`);
  }
  return Float64Array.from(neighbourOrder(points), (order, i) => {
    let same = 0;
    for (const j of order.subarray(0, k)) if (labels[j] === labels[i]) same++;
    return same / k;
  });
}
