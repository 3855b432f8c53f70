/**
 * Principal components: the directions in which a cloud of points varies most (Pearson 1901), by orthogonal iteration on the covariance.
 * The signs are fixed (the largest entry of a direction is positive), so the same points give the same map.
 */
import type { Points } from "./points.ts";

/** A linear map of a cloud. */
export interface PrincipalComponents {
  /** The points in the new coordinates [count components]. */
  readonly layout: Points;
  /** Share of the whole variance along each component, falling. */
  readonly shares: readonly number[];
  /** Maps further points of the same width. */
  transform(points: Points): Points;
}

const MOST_ROUNDS = 500;
const TOLERANCE = 1e-15;

/** Covariance [width width] and mean [width]. */
function covariance({ data, count, width }: Points): { matrix: Float64Array; mean: Float64Array } {
  const mean = new Float64Array(width);
  for (let i = 0; i < count * width; i++) mean[i % width] = mean[i % width]! + (data[i] as number) / count;
  const matrix = new Float64Array(width * width);
  const row = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < width; d++) row[d] = (data[i * width + d] as number) - mean[d]!;
    for (let a = 0; a < width; a++) {
      const factor = row[a]! / count;
      for (let b = a; b < width; b++) matrix[a * width + b] = matrix[a * width + b]! + factor * row[b]!;
    }
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) matrix[a * width + b] = matrix[b * width + a]!;
  return { matrix, mean };
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** Makes vectors orthonormal in order; a vector that vanishes becomes zero. */
function orthonormalise(vectors: Float64Array[]): void {
  vectors.forEach((vector, i) => {
    for (const before of vectors.slice(0, i)) {
      const share = dot(vector, before);
      for (let d = 0; d < vector.length; d++) vector[d] = vector[d]! - share * before[d]!;
    }
    const length = Math.sqrt(dot(vector, vector));
    for (let d = 0; d < vector.length; d++) vector[d] = length > 1e-300 ? vector[d]! / length : 0;
  });
}

/**
 * Principal components of a cloud.
 *
 * @param options.count number of components, default 2.
 * @throws RangeError when there are fewer than two points or fewer coordinates than components.
 */
export function principalComponents(points: Points, options: { count?: number } = {}): PrincipalComponents {
  const { count: components = 2 } = options;
  const { width } = points;
  if (points.count < 2 || width < components) {
    throw new RangeError(
      `principalComponents() needs two points of at least ${components} coordinates, got ${points.count} of ${width}`,
    );
  }
  const { matrix, mean } = covariance(points);
  const apply = (vector: Float64Array) =>
    Float64Array.from(vector, (_, a) => {
      let sum = 0;
      for (let b = 0; b < width; b++) sum += matrix[a * width + b]! * vector[b]!;
      return sum;
    });
  // A fixed start without symmetry; one direction more than asked for speeds up the last one.
  let basis = Array.from(
    { length: Math.min(width, components + 2) },
    (_, k) => Float64Array.from({ length: width }, (_, d) => Math.sin(1 + (d + 1) * (k + 1) * 0.7)),
  );
  orthonormalise(basis);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = basis.map(apply);
    orthonormalise(next);
    const moved = Math.max(
      ...next.slice(0, components).map((vector, k) => 1 - Math.abs(dot(vector, basis[k]!))),
    );
    basis = next;
    if (moved < TOLERANCE) break;
  }
  const directions = basis.slice(0, components);
  for (const direction of directions) {
    const largest = direction.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    if (largest < 0) direction.forEach((x, d) => direction[d] = -x);
  }
  let whole = 0;
  for (let d = 0; d < width; d++) whole += matrix[d * width + d]!;
  const transform = (cloud: Points): Points => {
    if (cloud.width !== width) {
      throw new RangeError(`transform() needs points of ${width} coordinates, got ${cloud.width}`);
    }
    const data = new Float64Array(cloud.count * components);
    for (let i = 0; i < cloud.count; i++) {
      directions.forEach((direction, k) => {
        let sum = 0;
        for (let d = 0; d < width; d++) {
          sum += ((cloud.data[i * width + d] as number) - mean[d]!) * direction[d]!;
        }
        data[i * components + k] = sum;
      });
    }
    return { data, count: cloud.count, width: components };
  };
  return {
    layout: transform(points),
    shares: directions.map((direction) => whole > 0 ? dot(direction, apply(direction)) / whole : 0),
    transform,
  };
}
