/**
 * Exact k nearest neighbours. One matrix product per block of rows (float32) finds the candidates: everything within the product's rounding
 * error of the k-th nearest; their distances are then computed again in float64. So the result depends neither on the rounding of the
 * product nor on the number of threads.
 */
import { compile, type CompileOptions, host, linear, type Tensor } from "../engine/mod.ts";
import { checkPoints, type Points } from "./points.ts";
import { smallestOf } from "./select_smallest.ts";

/** How far two points are apart: the length of their difference, or 1 − cosine of their angle, in [0, 2]. */
export type Metric = "euclidean" | "cosine";

/** The k nearest of every point, nearest first; equal distances by rising index. */
export interface Neighbours {
  /** Number of points. */
  readonly count: number;
  /** Neighbours of each. */
  readonly k: number;
  /** [count k] indices of the neighbours. */
  readonly indices: Uint32Array;
  /** [count k] distances in the metric, at least 0. */
  readonly distances: Float64Array;
}

/** What to look for. */
export interface NeighbourOptions {
  /** How many neighbours. */
  readonly k: number;
  /** "euclidean" by default. */
  readonly metric?: Metric;
  /** Look among these instead of among the other points; a point is then its own neighbour if it is one of them. */
  readonly among?: Points;
  /** Where the products run. */
  readonly compile?: CompileOptions;
}

/** Rows of one product. */
const BLOCK = 256;
/** Multiplications below which compiling a product costs more than it saves. */
const SMALL = 3e7;

type Floats = Float32Array | Float64Array;

interface Prepared {
  /** As they came (euclidean) or of length 1 (cosine): for the distances. */
  readonly data: Floats;
  /** Less the mean of the reference, and the squared lengths of that: for the products, which lose less that way. */
  readonly centred: Float32Array;
  readonly squares: Float64Array;
}

/** Squared distance of row i of a and row j of b, in float64. */
function squaredDistance(a: Floats, i: number, b: Floats, j: number, width: number): number {
  let at = i * width, other = j * width, s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const end = at + width, last = end - 3;
  for (; at < last; at += 4, other += 4) { // four sums: an addition need not wait for the one before
    const d0 = (a[at] as number) - (b[other] as number),
      d1 = (a[at + 1] as number) - (b[other + 1] as number);
    const d2 = (a[at + 2] as number) - (b[other + 2] as number),
      d3 = (a[at + 3] as number) - (b[other + 3] as number);
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; at < end; at++, other++) s0 += ((a[at] as number) - (b[other] as number)) ** 2;
  return s0 + s1 + s2 + s3;
}

/** The points' coordinates, each row of length 1 for cosine. */
function coordinatesOf({ data, count, width }: Points, metric: Metric): Floats {
  const rows: Floats = data instanceof Float32Array ? data : Float64Array.from(data);
  if (metric === "euclidean") return rows;
  const unit = rows.slice();
  for (let i = 0; i < count; i++) {
    const row = unit.subarray(i * width, (i + 1) * width);
    let square = 0;
    for (let d = 0; d < width; d++) square += (row[d] as number) ** 2;
    if (square === 0) {
      throw new RangeError(`nearestNeighbours() needs points off the origin for cosine, got zeros in ${i}`);
    }
    const length = Math.sqrt(square);
    for (let d = 0; d < width; d++) row[d] = (row[d] as number) / length;
  }
  return unit;
}

function prepare(data: Floats, width: number, centre: Float64Array): Prepared {
  const count = data.length / width;
  const centred = new Float32Array(count * width);
  const squares = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let d = 0, at = i * width; d < width; d++, at++) {
      const value = (data[at] as number) - (centre[d] as number);
      centred[at] = value;
      square += value * value;
    }
    squares[i] = square;
  }
  return { data, centred, squares };
}

function meanOf(data: Floats, width: number): Float64Array {
  const mean = new Float64Array(width), count = data.length / width;
  for (let i = 0; i < count; i++) {
    for (let d = 0, at = i * width; d < width; d++, at++) {
      mean[d] = (mean[d] as number) + (data[at] as number) / count;
    }
  }
  return mean;
}

/** Yields, block by block of queries x, |y|² − 2xy for every reference point y: [rows count], float32. */
async function* scores(
  queries: Prepared,
  reference: Prepared,
  width: number,
  options: CompileOptions,
): AsyncGenerator<{ start: number; rows: number; block: Float32Array }> {
  const total = queries.squares.length, count = reference.squares.length;
  if (total * count * width < SMALL) {
    const block = new Float32Array(count);
    for (let i = 0; i < total; i++) {
      for (let j = 0; j < count; j++) {
        block[j] = squaredDistance(queries.data, i, reference.data, j, width) -
          (queries.squares[i] as number);
      }
      yield { start: i, rows: 1, block };
    }
    return;
  }
  const program = await compile(
    (_frozen, _state, inputs) => {
      const { x, y, squares } = inputs as Record<"x" | "y" | "squares", Tensor>;
      return { outputs: { scores: linear(x, y, squares) } };
    },
    { inputs: { x: { shape: [BLOCK, width] }, y: { shape: [count, width] }, squares: { shape: [count] } } },
    options,
  );
  try {
    const y = host(reference.centred, [count, width]);
    const squares = host(Float32Array.from(reference.squares), [count]);
    const x = new Float32Array(BLOCK * width);
    for (let start = 0; start < total; start += BLOCK) {
      const rows = Math.min(BLOCK, total - start);
      x.fill(0);
      for (let i = 0; i < rows * width; i++) x[i] = -2 * (queries.centred[start * width + i] as number);
      const { scores } = await program.run({ x: host(x, [BLOCK, width]), y, squares });
      yield { start, rows, block: scores?.data as Float32Array };
    }
  } finally {
    await program.dispose();
  }
}

/**
 * The k nearest neighbours of every point among the others, or among `options.among`.
 *
 * @throws RangeError when k is not from 1 to the number of candidates, widths differ, a coordinate is not finite, or a point at the origin
 * has no angle.
 */
export async function nearestNeighbours(points: Points, options: NeighbourOptions): Promise<Neighbours> {
  const { k, metric = "euclidean", among } = options;
  const { count, width } = points;
  const others = among ?? points;
  const most = among ? among.count : count - 1;
  if (!(Number.isInteger(k) && k >= 1 && k <= most)) {
    throw new RangeError(`nearestNeighbours() needs k from 1 to ${most}, got ${k}`);
  }
  if (others.width !== width) {
    throw new RangeError(`nearestNeighbours() needs points of one width, got ${width} and ${others.width}`);
  }
  checkPoints(others, "nearestNeighbours()");
  if (among) checkPoints(points, "nearestNeighbours()");
  const all = coordinatesOf(others, metric);
  const centre = meanOf(all, width);
  const reference = prepare(all, width, centre);
  const queries = among ? prepare(coordinatesOf(points, metric), width, centre) : reference;
  const longest = Math.sqrt(reference.squares.reduce((a, b) => Math.max(a, b), 0));
  const indices = new Uint32Array(count * k), distances = new Float64Array(count * k);
  const exact = new Float64Array(others.count);
  const select = smallestOf(others.count);
  for await (const { start, rows, block } of scores(queries, reference, width, options.compile ?? {})) {
    for (let r = 0; r < rows; r++) {
      const i = start + r;
      const row = block.subarray(r * others.count, (r + 1) * others.count);
      if (!among) row[i] = Infinity;
      const square = queries.squares[i] as number;
      // A score is off by at most e = 2u((width + 4)|x||y| + |y|²), u = 2⁻²⁴; the k-th and a candidate may be off in opposite directions.
      const slack = 2 ** -22 * longest * ((width + 4) * Math.sqrt(square) + longest);
      const candidates = select(row, { k, slack });
      for (const j of candidates) {
        exact[j] = squaredDistance(queries.data, i, reference.data, j, width);
      }
      candidates.sort((a, b) => (exact[a] as number) - (exact[b] as number) || a - b);
      for (let n = 0; n < k; n++) {
        const j = candidates[n] as number, distance = exact[j] as number;
        indices[i * k + n] = j;
        distances[i * k + n] = metric === "cosine" ? distance / 2 : Math.sqrt(distance);
      }
    }
  }
  return { count, k, indices, distances };
}
