import { type Metric, nearestNeighbours } from "./neighbours.ts";
import type { Points } from "./points.ts";

/**
 * Neighbour preservation in [0, 1], higher is better: the share of every point's k nearest that are among its k nearest in the layout too,
 * averaged. A random layout gets k / (count − 1). Fast enough for thousands of points.
 *
 * @param options.metric distance between the points; the layout's is Euclidean.
 * @throws RangeError when k is not from 1 to the number of other points, or the two clouds differ in size.
 */
export async function neighbourPreservation(
  points: Points,
  layout: Points,
  options: { readonly k: number; readonly metric?: Metric },
): Promise<number> {
  const { k } = options;
  if (layout.count !== points.count) {
    throw new RangeError(
      `neighbourPreservation() needs ${points.count} points in the layout, got ${layout.count}`,
    );
  }
  const [near, shown] = [await nearestNeighbours(points, options), await nearestNeighbours(layout, { k })];
  let kept = 0;
  for (let i = 0; i < points.count; i++) {
    const own = new Set(near.indices.subarray(i * k, (i + 1) * k));
    for (const j of shown.indices.subarray(i * k, (i + 1) * k)) if (own.has(j)) kept++;
  }
  return kept / (points.count * k);
}
