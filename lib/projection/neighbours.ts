/**
 * Exact k nearest neighbours. One matrix product per block of rows (float32) finds the candidates: everything within the product's rounding
 * error of the k-th nearest; their distances are then computed again in float64. So the result depends neither on the rounding of the
 * product nor on the number of threads.
 */
import { compile, type CompileOptions, host, linear, type Tensor } from "../engine/mod.ts";
import type { Points } from "./points.ts";
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
  /** "euclidean" unless told. */
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

/** Points centred (euclidean) or of length 1 (cosine), and their squared lengths. */
interface Prepared {
  readonly data: Float32Array;
  readonly squares: Float64Array;
}

/** Product of row i of a and row j of b. */
function dot(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let at = i * width, other = j * width, s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const end = at + width, last = end - 3;
  for (; at < last; at += 4, other += 4) { // four sums: an addition need not wait for the one before
    s0 += (a[at] as number) * (b[other] as number);
    s1 += (a[at + 1] as number) * (b[other + 1] as number);
    s2 += (a[at + 2] as number) * (b[other + 2] as number);
    s3 += (a[at + 3] as number) * (b[other + 3] as number);
  }
  for (; at < end; at++, other++) s0 += (a[at] as number) * (b[other] as number);
  return s0 + s1 + s2 + s3;
}

function prepare(points: Points, metric: Metric, centre: Float64Array): Prepared {
  const { count, width } = points;
  const data = new Float32Array(count * width);
  const squares = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const from = i * width;
    for (let d = 0; d < width; d++) {
      data[from + d] = (points.data[from + d] as number) - (centre[d] as number);
    }
    const square = dot(data, i, data, i, width);
    if (!Number.isFinite(square)) {
      throw new RangeError(`nearestNeighbours() needs finite coordinates, got others in point ${i}`);
    }
    if (metric === "cosine") {
      if (square === 0) {
        throw new RangeError(`nearestNeighbours() needs points off the origin for cosine, got zeros in ${i}`);
      }
      const length = Math.sqrt(square);
      for (let d = 0; d < width; d++) data[from + d] = (data[from + d] as number) / length;
    }
    squares[i] = dot(data, i, data, i, width);
  }
  return { data, squares };
}

function meanOf({ data, count, width }: Points): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < width; d++) {
      mean[d] = (mean[d] as number) + (data[i * width + d] as number) / count;
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
        block[j] = (reference.squares[j] as number) - 2 * dot(queries.data, i, reference.data, j, width);
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
    const y = host(reference.data, [count, width]);
    const squares = host(Float32Array.from(reference.squares), [count]);
    const x = new Float32Array(BLOCK * width);
    for (let start = 0; start < total; start += BLOCK) {
      const rows = Math.min(BLOCK, total - start);
      x.fill(0);
      for (let i = 0; i < rows * width; i++) x[i] = -2 * (queries.data[start * width + i] as number);
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
  const centre = metric === "euclidean" ? meanOf(others) : new Float64Array(width);
  const reference = prepare(others, metric, centre);
  const queries = among ? prepare(points, metric, centre) : reference;
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
        const product = dot(queries.data, i, reference.data, j, width);
        exact[j] = Math.max(0, square + (reference.squares[j] as number) - 2 * product);
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
