/**
 * The objective of t-SNE (van der Maaten and Hinton 2008), exact and in float64: the yardstick for faster approximations.
 *
 * | symbol | name     | shape                                                       |
 * | ------ | -------- | ----------------------------------------------------------- |
 * | p_j|i  |          | exp(−β_i d_ij²), normalised over j; β_i meets the perplexity |
 * | p_ij   | `p`      | (p_j|i + p_i|j) / 2n, condensed: pairs i < j row by row, Σ = ½ |
 * | q_ij   |          | (1 + |y_i − y_j|²)⁻¹, normalised over all ordered pairs      |
 * | y      | `layout` | [count 2]                                                   |
 */
import { type Points, squaredDistances } from "./points.ts";

/** Smallest probability, so that logarithms stay finite: float64's ε. */
const SMALLEST = 2 ** -52;

/** Index of the pair i < j in a condensed matrix. */
function pair(count: number, i: number, j: number): number {
  return i * count - i * (i + 1) / 2 + j - i - 1;
}

/** p_j|i of one point: bisection on β until the entropy is that of the perplexity. */
function conditional(squared: Float64Array, self: number, entropy: number): Float64Array {
  let nearest = Infinity;
  squared.forEach((d, j) => nearest = j === self ? nearest : Math.min(nearest, d));
  const row = new Float64Array(squared.length);
  let beta = 1, low = 0, high = Infinity;
  for (let round = 0; round < 200; round++) {
    let sum = 0, weighted = 0;
    squared.forEach((d, j) => {
      const excess = d - nearest; // shifts p's exponent, which normalisation takes out
      row[j] = j === self ? 0 : Math.exp(-beta * excess);
      sum += row[j] as number;
      weighted += (row[j] as number) * excess;
    });
    const found = Math.log(sum) + beta * weighted / sum;
    for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) / sum;
    if (Math.abs(found - entropy) < 1e-13 || high - low < 1e-15 * high) break;
    if (found > entropy) {
      low = beta;
      beta = high === Infinity ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = (beta + low) / 2;
    }
  }
  return row;
}

/**
 * Joint probabilities of the points, condensed [count (count − 1) / 2].
 *
 * @param options.perplexity effective number of neighbours.
 * @throws RangeError when the perplexity is not between 1 and the number of other points.
 */
export function jointProbabilities(points: Points, options: { perplexity: number }): Float64Array {
  const { count } = points;
  const { perplexity } = options;
  if (!(perplexity > 1 && perplexity < count - 1)) {
    throw new RangeError(
      `jointProbabilities() needs a perplexity between 1 and ${count - 1}, got ${perplexity}`,
    );
  }
  const squared = squaredDistances(points);
  const p = new Float64Array(count * (count - 1) / 2);
  for (let i = 0; i < count; i++) {
    const row = conditional(squared.subarray(i * count, (i + 1) * count), i, Math.log(perplexity));
    row.forEach((value, j) => {
      if (j === i) return;
      const at = i < j ? pair(count, i, j) : pair(count, j, i);
      p[at] = (p[at] as number) + value / (2 * count);
    });
  }
  return p.map((value) => Math.max(value, SMALLEST));
}

/** (1 + d²)⁻¹ of all pairs, condensed, and its sum over ordered pairs. */
function similarities(layout: Points): { kernel: Float64Array; total: number } {
  const { count } = layout;
  const squared = squaredDistances(layout);
  const kernel = new Float64Array(count * (count - 1) / 2);
  let total = 0, at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      total += 2 * (kernel[at++] = 1 / (1 + (squared[i * count + j] as number)));
    }
  }
  return { kernel, total };
}

/** Kullback–Leibler divergence KL(P‖Q) = 2 Σ_{i<j} p log(p/q), at least 0; lower is a better layout. `p` condensed. */
export function klDivergence(p: Float64Array, layout: Points): number {
  const { kernel, total } = similarities(layout);
  return 2 * p.reduce((sum, value, at) => {
    return sum + value * Math.log(value / Math.max((kernel[at] as number) / total, SMALLEST));
  }, 0);
}

/** Gradient of the divergence [count width]: 4 Σ_j (p_ij − q_ij)(y_i − y_j)/(1 + d²). `p` condensed. */
export function klGradient(p: Float64Array, layout: Points): Float64Array {
  const { data, count, width } = layout;
  const { kernel, total } = similarities(layout);
  const gradient = new Float64Array(count * width);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++, at++) {
      const k = kernel[at] as number;
      const force = 4 * ((p[at] as number) - Math.max(k / total, SMALLEST)) * k;
      for (let d = 0; d < width; d++) {
        const push = force * ((data[i * width + d] as number) - (data[j * width + d] as number));
        gradient[i * width + d] = (gradient[i * width + d] as number) + push;
        gradient[j * width + d] = (gradient[j * width + d] as number) - push;
      }
    }
  }
  return gradient;
}
