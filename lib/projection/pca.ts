/**
 * Principal component analysis (Pearson 1901; Hotelling 1933): the directions along which points vary most. The leading eigenvectors of the
 * covariance come from subspace iteration with Rayleigh–Ritz steps (Halko, Martinsson and Tropp 2011, Sec. 4.5), so that hundreds of
 * coordinates cost no full decomposition.
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { compile, type CompileOptions, host, key, normal, tf } from "../engine/mod.ts";
import { checkPoints, type Points } from "./points.ts";

/** A fitted projection onto principal axes. */
export interface Pca {
  /** Coordinates of a point. */
  readonly width: number;
  /** Number of axes. */
  readonly dimensions: number;
  /** [width] mean of the points. */
  readonly mean: Float64Array;
  /** [dimensions width] unit vectors by falling variance; each axis' largest coordinate in size is positive. */
  readonly axes: Float64Array;
  /** [dimensions] variance along each axis (divisor count − 1). */
  readonly variances: Float64Array;
  /** [dimensions] share of the whole variance that each axis explains, in [0, 1]; 0 where there is none. */
  readonly explained: Float64Array;
}

/** Multiplications below which compiling the product costs more than it saves. */
const SMALL = 3e7;
/** Directions carried along beyond those asked for: they make the iteration converge on close variances. */
const SPARE = 10;
/** The iteration ends when every axis is an eigenvector up to this share of the largest variance. */
const TOLERANCE = 1e-7;
const MOST_ROUNDS = 300;

/** Covariance [width width] of centred points, row-major. */
async function covariance(
  centred: Float32Array,
  count: number,
  options: CompileOptions,
): Promise<Float64Array> {
  const width = centred.length / count;
  const scale = 1 / (count - 1);
  if (count * width * width < SMALL) {
    const result = new Float64Array(width * width);
    for (let i = 0; i < count; i++) {
      for (let a = 0; a < width; a++) {
        const value = scale * (centred[i * width + a] as number);
        for (let b = 0; b < width; b++) {
          result[a * width + b] = (result[a * width + b] as number) +
            value * (centred[i * width + b] as number);
        }
      }
    }
    return result;
  }
  const program = await compile(
    (_frozen, _state, { x }) => {
      const points = x as tf.Tensor2D;
      return { outputs: { product: tf.matMul(points, points, true, false) } };
    },
    { inputs: { x: { shape: [count, width] } } },
    options,
  );
  try {
    const { product } = await program.run({ x: host(centred, [count, width]) });
    return Float64Array.from(product?.data as Float32Array, (value) => value * scale);
  } finally {
    await program.dispose();
  }
}

/** Makes the columns of [width block] orthonormal (Gram–Schmidt, twice, which is enough). */
function orthonormalise(basis: Float64Array[]): void {
  for (const [i, column] of basis.entries()) {
    for (let pass = 0; pass < 2; pass++) {
      for (const before of basis.slice(0, i)) {
        let product = 0;
        for (let d = 0; d < column.length; d++) product += (column[d] as number) * (before[d] as number);
        for (let d = 0; d < column.length; d++) {
          column[d] = (column[d] as number) - product * (before[d] as number);
        }
      }
      const length = Math.hypot(...column);
      if (length > 0) { for (let d = 0; d < column.length; d++) column[d] = (column[d] as number) / length; }
    }
  }
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const width = vector.length;
  return vector.map((_, row) => {
    let sum = 0;
    for (let d = 0, at = row * width; d < width; d++) {
      sum += (matrix[at + d] as number) * (vector[d] as number);
    }
    return sum;
  });
}

const dot = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/** Leading eigenvectors and eigenvalues of a symmetric positive matrix [width width]. */
function leadingEigenvectors(matrix: Float64Array, width: number, wanted: number) {
  const block = Math.min(width, wanted + SPARE);
  const normals = Float64Array.from(normal(key("principal axes"), width * block));
  let basis = Array.from({ length: block }, (_, i) => normals.slice(i * width, (i + 1) * width));
  let values: number[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    orthonormalise(basis);
    const images = basis.map((vector) => times(matrix, vector));
    const ritz = new Matrix(basis.map((a) => images.map((b) => dot(a, b))));
    const small = new EigenvalueDecomposition(ritz, { assumeSymmetric: true });
    const order = small.realEigenvalues.map((_, i) => i)
      .sort((a, b) => (small.realEigenvalues[b] as number) - (small.realEigenvalues[a] as number));
    const mix = (from: Float64Array[], to: number) => {
      const result = new Float64Array(width);
      from.forEach((vector, i) => {
        const weight = small.eigenvectorMatrix.get(i, to);
        for (let d = 0; d < width; d++) result[d] = (result[d] as number) + weight * (vector[d] as number);
      });
      return result;
    };
    values = order.map((i) => Math.max(0, small.realEigenvalues[i] as number));
    const vectors = order.map((i) => mix(basis, i)), moved = order.map((i) => mix(images, i));
    const worst = Math.max(
      ...vectors.slice(0, wanted).map((vector, i) =>
        Math.hypot(...vector.map((x, d) => (moved[i]?.[d] as number) - (values[i] as number) * x))
      ),
    );
    basis = vectors;
    if (worst <= TOLERANCE * (values[0] as number)) break;
    basis = moved;
  }
  orthonormalise(basis);
  return { vectors: basis.slice(0, wanted), values: values.slice(0, wanted) };
}

/**
 * Fits the leading principal axes; the same points give the same bits.
 *
 * @throws RangeError when `dimensions` is not from 1 to the points' width, there are fewer than two points, or a coordinate is not finite.
 */
export async function pca(
  points: Points,
  options: { readonly dimensions: number; readonly compile?: CompileOptions },
): Promise<Pca> {
  const { count, width } = points;
  const { dimensions } = options;
  if (!(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= width && count >= 2)) {
    throw new RangeError(
      `pca() needs at least 2 points and from 1 to ${width} dimensions, got ${count} and ${dimensions}`,
    );
  }
  checkPoints(points, "pca()");
  const mean = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < width; d++) {
      mean[d] = (mean[d] as number) + (points.data[i * width + d] as number) / count;
    }
  }
  const centred = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    for (let d = 0, at = i * width; d < width; d++, at++) {
      centred[at] = (points.data[at] as number) - (mean[d] as number);
    }
  }
  const matrix = await covariance(centred, count, options.compile ?? {});
  const { vectors, values } = leadingEigenvectors(matrix, width, dimensions);
  // Equal points differ by what rounding their mean leaves.
  const rounding = mean.reduce((sum, value) => sum + (count * Number.EPSILON * value) ** 2, 0);
  let whole = 0;
  for (let d = 0; d < width; d++) whole += matrix[d * width + d] as number;
  const axes = new Float64Array(dimensions * width);
  vectors.forEach((vector, i) => {
    const largest = vector.reduce((best, x) => Math.abs(x) > Math.abs(best) ? x : best, 0);
    axes.set(largest < 0 ? vector.map((x) => -x) : vector, i * width);
  });
  const variances = Float64Array.from(values);
  return {
    width,
    dimensions,
    mean,
    axes,
    variances,
    explained: variances.map((value) => whole > rounding ? Math.min(1, value / whole) : 0),
  };
}

/**
 * Coordinates of points along the axes [count dimensions]; of the fitted ones or of new ones.
 *
 * @throws RangeError when the points' width is another, or a coordinate is not finite.
 */
export function pcaTransform({ width, dimensions, mean, axes }: Pca, points: Points): Float64Array {
  if (points.width !== width) {
    throw new RangeError(`pcaTransform() needs points of width ${width}, got ${points.width}`);
  }
  checkPoints(points, "pcaTransform()");
  const coordinates = new Float64Array(points.count * dimensions);
  for (let i = 0; i < points.count; i++) {
    for (let k = 0; k < dimensions; k++) {
      let sum = 0;
      for (let d = 0; d < width; d++) {
        sum += ((points.data[i * width + d] as number) - (mean[d] as number)) *
          (axes[k * width + d] as number);
      }
      coordinates[i * dimensions + k] = sum;
    }
  }
  return coordinates;
}
