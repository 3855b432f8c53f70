/** Trustworthiness, continuity and neighbour preservation of several layouts of the same points, in one pass over their distances. */
import { checkPoints, type Points } from "./points.ts";

/** How far a layout keeps neighbours; all in [0, 1], higher is better. */
export interface RankQuality {
  /** See {@link trustworthiness}. */
  readonly trustworthiness: number;
  /** See {@link continuity}. */
  readonly continuity: number;
  /** See {@link neighbourPreservation}. */
  readonly preservation: number;
}

/** Squared distances of point i to all, into `row`. */
function distancesFrom({ data, count, width }: Points, i: number, row: Float64Array): void {
  for (let j = 0; j < count; j++) {
    let sum = 0;
    for (let d = 0, a = i * width, b = j * width; d < width; d++, a++, b++) {
      const difference = (data[a] as number) - (data[b] as number);
      sum += difference * difference;
    }
    row[j] = sum;
  }
}

/** The k nearest of point i in a row of distances; ties keep the order of the indices. */
function nearest(row: Float64Array, i: number, k: number): number[] {
  const found: number[] = [];
  for (let j = 0; j < row.length; j++) {
    const distance = row[j] as number;
    if (j === i || (found.length === k && distance >= (row[found[k - 1] as number] as number))) continue;
    let place = found.length;
    while (place > 0 && (row[found[place - 1] as number] as number) > distance) place--;
    found.splice(place, 0, j);
    if (found.length > k) found.pop();
  }
  return found;
}

/** Rank of j among the others of i, 1 for the nearest. */
function rankOf(row: Float64Array, i: number, j: number): number {
  const own = row[j] as number;
  let rank = 1;
  for (let m = 0; m < row.length; m++) {
    const other = row[m] as number;
    if (m !== i && m !== j && (other < own || (other === own && m < j))) rank++;
  }
  return rank;
}

/**
 * Scores of layouts, Euclidean, the same numbers as {@link trustworthiness}, {@link continuity} and {@link neighbourPreservation}; memory grows
 * with the number of points only, so that it does for thousands.
 *
 * @param options.onProgress called after every 500 points.
 * @throws RangeError when k is not below half the number of points, or a layout differs in size.
 */
export function rankQuality(
  points: Points,
  layouts: readonly Points[],
  options: { readonly k: number; readonly onProgress?: (done: number) => void },
): RankQuality[] {
  const { k, onProgress } = options;
  const { count } = points;
  if (!(Number.isInteger(k) && k >= 1 && k < count / 2)) {
    throw new RangeError(`rankQuality() needs from 1 to less than half of ${count} neighbours, got ${k}`);
  }
  const wrong = layouts.find((layout) => layout.count !== count);
  if (wrong) throw new RangeError(`rankQuality() needs ${count} points in a layout, got ${wrong.count}`);
  for (const cloud of [points, ...layouts]) checkPoints(cloud, "rankQuality()");
  // Float64 once: reading float32 in the inner loop of 5,000 × 5,000 × 512 costs twice the time.
  const high: Points = { ...points, data: Float64Array.from(points.data) };
  const far = new Float64Array(count), shown = new Float64Array(count);
  const sums = layouts.map(() => ({ intruders: 0, missing: 0, kept: 0 }));
  for (let i = 0; i < count; i++) {
    distancesFrom(high, i, far);
    const own = nearest(far, i, k);
    layouts.forEach((layout, place) => {
      distancesFrom(layout, i, shown);
      const near = nearest(shown, i, k);
      const sum = sums[place] as (typeof sums)[number];
      for (const j of near) {
        if (own.includes(j)) sum.kept++;
        else sum.intruders += rankOf(far, i, j) - k;
      }
      for (const j of own) if (!near.includes(j)) sum.missing += rankOf(shown, i, j) - k;
    });
    if ((i + 1) % 500 === 0) onProgress?.(i + 1);
  }
  const scale = 2 / (count * k * (2 * count - 3 * k - 1));
  return sums.map(({ intruders, missing, kept }) => ({
    trustworthiness: 1 - intruders * scale,
    continuity: 1 - missing * scale,
    preservation: kept / (count * k),
  }));
}
