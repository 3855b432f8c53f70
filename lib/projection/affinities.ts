/**
 * Affinities of t-SNE between near points only (van der Maaten 2014, "Accelerating t-SNE using tree-based algorithms", Sec. 3.1).
 *
 * | symbol | name          | shape                                                             |
 * | ------ | ------------- | ----------------------------------------------------------------- |
 * | p_j|i  | `conditional` | [count k], exp(−β_i d_ij²) normalised over the k neighbours of i    |
 * | p_ij   | `values`      | (p_j|i + p_i|j) / 2n in compressed rows, Σ = 1 over ordered pairs   |
 *
 * β_i gives p_·|i the perplexity: its entropy is log(perplexity).
 */
import type { Neighbours } from "./neighbours.ts";
import type { Points } from "./points.ts";

/** A sparse symmetric matrix in compressed rows that sums to 1; its diagonal is empty. */
export interface Affinities {
  /** Number of points. */
  readonly count: number;
  /** [count + 1] where each row begins in `columns` and `values`. */
  readonly rows: Uint32Array;
  /** Columns of the entries, rising within a row. */
  readonly columns: Uint32Array;
  /** p_ij of the entries, in (0, 1). */
  readonly values: Float64Array;
}

/** Neighbours that count for a perplexity: three times as many, and one, as scikit-learn takes; at most all other points. */
export function neighboursFor(perplexity: number, count: number): number {
  return Math.min(count - 1, Math.floor(3 * perplexity) + 1);
}

/** One row: Newton's method on β, kept between bounds, until the entropy is that of the perplexity. Squared distances, nearest first. */
function conditionalRow(squared: Float64Array, row: Float64Array, entropy: number): void {
  const nearest = squared[0] as number, k = squared.length;
  const spread = squared.reduce((sum, d) => sum + d, 0) / k - nearest;
  let beta = spread > 0 ? 1 / spread : 1, low = 0, high = Infinity;
  for (let round = 0; round < 200; round++) {
    let sum = 0, first = 0, second = 0;
    for (let j = 0; j < k; j++) {
      const excess = (squared[j] as number) - nearest; // shifts p's exponent, which normalisation takes out
      const value = Math.exp(-beta * excess);
      row[j] = value;
      sum += value;
      first += value * excess;
      second += value * excess * excess;
    }
    const mean = first / sum;
    const excess = Math.log(sum) + beta * mean - entropy;
    if (Math.abs(excess) < 1e-12 || high - low < 1e-15 * high) break;
    if (excess > 0) low = beta;
    else high = beta;
    const newton = beta + excess / (beta * (second / sum - mean * mean)); // dH/dβ = −β · variance of the squared distance
    const half = high === Infinity ? beta * 2 : (low + high) / 2;
    beta = newton > low && newton < high ? newton : half;
  }
  const sum = row.reduce((a, b) => a + b, 0);
  for (let j = 0; j < k; j++) row[j] = (row[j] as number) / sum;
}

/**
 * p_j|i of every point's neighbours [count k]; each row sums to 1.
 *
 * @param options.perplexity effective number of neighbours.
 * @throws RangeError when the perplexity is not above 1 and below the number of neighbours.
 */
export function conditionalAffinities(
  { count, k, distances }: Neighbours,
  options: { readonly perplexity: number },
): Float64Array {
  const { perplexity } = options;
  if (!(perplexity > 1 && perplexity < k)) {
    throw new RangeError(
      `conditionalAffinities() needs a perplexity between 1 and the ${k} neighbours, got ${perplexity}`,
    );
  }
  const conditional = new Float64Array(count * k);
  const squared = distances.map((distance) => distance * distance);
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * k, (i + 1) * k];
    conditionalRow(squared.subarray(from, to), conditional.subarray(from, to), Math.log(perplexity));
  }
  return conditional;
}

/** p_ij of all points from their neighbours among each other. Throws as {@link conditionalAffinities} does. */
export function jointAffinities(
  neighbours: Neighbours,
  options: { readonly perplexity: number },
): Affinities {
  const { count, k, indices } = neighbours;
  const conditional = conditionalAffinities(neighbours, options);
  // Who has j as a neighbour: places of the entries (i, j) by column j, i rising.
  const starts = new Uint32Array(count + 1);
  for (const j of indices) starts[j + 1] = (starts[j + 1] as number) + 1;
  for (let j = 0; j < count; j++) starts[j + 1] = (starts[j + 1] as number) + (starts[j] as number);
  const next = starts.slice(), places = new Uint32Array(count * k);
  indices.forEach((j, place) => {
    places[next[j] as number] = place;
    next[j] = (next[j] as number) + 1;
  });
  const rows = new Uint32Array(count + 1);
  const columns = new Uint32Array(2 * count * k), values = new Float64Array(2 * count * k);
  const sums = new Float64Array(count), touched = new Uint32Array(count);
  let filled = 0;
  for (let i = 0; i < count; i++) {
    let kinds = 0;
    const add = (j: number, value: number) => {
      if (sums[j] === 0) touched[kinds++] = j;
      sums[j] = (sums[j] as number) + value;
    };
    for (let place = i * k; place < (i + 1) * k; place++) {
      if ((conditional[place] as number) > 0) add(indices[place] as number, conditional[place] as number);
    }
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at++) {
      const place = places[at] as number;
      if ((conditional[place] as number) > 0) add(Math.floor(place / k), conditional[place] as number);
    }
    for (const j of touched.subarray(0, kinds).sort()) {
      columns[filled] = j;
      values[filled++] = (sums[j] as number) / (2 * count);
      sums[j] = 0;
    }
    rows[i + 1] = filled;
  }
  return { count, rows, columns: columns.slice(0, filled), values: values.slice(0, filled) };
}

/**
 * Kullback–Leibler divergence KL(P‖Q) of a layout, at least 0, lower is better: the sum over P's entries of p log(p/q), with q normalised
 * over all pairs, exactly. One function for layouts of any origin.
 *
 * @throws RangeError when the layout has another number of points.
 */
export function sparseDivergence({ count, rows, columns, values }: Affinities, layout: Points): number {
  const { data, width } = layout;
  if (layout.count !== count) {
    throw new RangeError(`sparseDivergence() needs a layout of ${count} points, got ${layout.count}`);
  }
  const square = (i: number, j: number) => {
    let sum = 0;
    for (let d = 0; d < width; d++) {
      sum += ((data[i * width + d] as number) - (data[j * width + d] as number)) ** 2;
    }
    return sum;
  };
  let total = 0, divergence = 0, mass = 0;
  for (let i = 0; i < count; i++) {
    let row = 0;
    for (let j = i + 1; j < count; j++) row += 1 / (1 + square(i, j));
    total += 2 * row;
    for (let at = rows[i] as number; at < (rows[i + 1] as number); at++) {
      const p = values[at] as number;
      divergence += p * (Math.log(p) + Math.log1p(square(i, columns[at] as number)));
      mass += p;
    }
  }
  return divergence + mass * Math.log(total);
}
