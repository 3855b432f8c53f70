/** A cloud of points in ordinary memory, row-major [count width]. */
export interface Points {
  /** count · width coordinates. */
  readonly data: ArrayLike<number>;
  /** Number of points. */
  readonly count: number;
  /** Number of coordinates of each. */
  readonly width: number;
}

/**
 * Points from rows of one width.
 *
 * @throws RangeError when rows differ in width.
 */
export function pointsOf(rows: readonly ArrayLike<number>[]): Points {
  const width = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    if (row.length !== width) {
      throw new RangeError(`pointsOf() needs rows of ${width} numbers, got ${row.length} in row ${i}`);
    }
    data.set(row, i * width);
  });
  return { data, count: rows.length, width };
}

/** Largest coordinate in size: squares of distances stay finite in single precision. */
const LARGEST_COORDINATE = 1e15;

/**
 * Checks coordinates, before anything is computed from them.
 *
 * @param what who needs the points, such as "tsne()".
 * @throws RangeError naming the first row, counted from 0, with a coordinate that is not finite or larger than {@link LARGEST_COORDINATE}.
 */
export function checkPoints({ data, count, width }: Points, what: string): void {
  const size = count * width;
  if (data.length < size) {
    throw new RangeError(`${what} needs ${count} points of ${width} coordinates, got ${data.length} numbers`);
  }
  for (let at = 0; at < size; at++) {
    const value = data[at] as number;
    if (Math.abs(value) <= LARGEST_COORDINATE) continue;
    const wanted = Number.isFinite(value)
      ? `coordinates up to ${LARGEST_COORDINATE} in size`
      : "finite coordinates";
    throw new RangeError(`${what} needs ${wanted}, got ${value} in row ${Math.floor(at / width)}`);
  }
}

/** Squared Euclidean distances of all pairs, float64 [count count]. @throws RangeError when a coordinate is not finite. */
export function squaredDistances(points: Points): Float64Array {
  checkPoints(points, "squaredDistances()");
  const { data, count, width } = points;
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      let sum = 0;
      for (let d = 0; d < width; d++) {
        const difference = (data[i * width + d] as number) - (data[j * width + d] as number);
        sum += difference * difference;
      }
      distances[i * count + j] = distances[j * count + i] = sum;
    }
  }
  return distances;
}

/** For every point the others by rising distance, nearest first: [count][count − 1] indices. Ties keep the order of the indices. */
export function neighbourOrder(points: Points): Uint32Array[] {
  const { count } = points;
  const distances = squaredDistances(points);
  return Array.from({ length: count }, (_, i) => {
    const row = distances.subarray(i * count, (i + 1) * count);
    const others = Uint32Array.from({ length: count - 1 }, (_, j) => j < i ? j : j + 1);
    return others.sort((a, b) => (row[a] as number) - (row[b] as number) || a - b);
  });
}
