/**
 * Ridge regression (Hoerl and Kennard 1970) in closed form: what a linear reader finds in features, as linear probes ask (Alain and Bengio 2016).
 *
 * | symbol | name       | shape                                         |
 * | ------ | ---------- | --------------------------------------------- |
 * | X      | `features` | [count width], each standardised over the fit |
 * | Y      | `targets`  | [count outputs], each centred                 |
 * | λ      | `ridge`    | in variances of a feature                     |
 *
 *     W = (XᵀX + count·λ·I)⁻¹ Xᵀ Y = Xᵀ (XXᵀ + count·λ·I)⁻¹ Y, whichever matrix is the smaller
 */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { compile, host, tf } from "../../../lib/engine/mod.ts";

/** Rows of numbers in memory. */
interface Rows {
  /** [count width], row by row. */
  readonly data: Float32Array;
  readonly count: number;
  readonly width: number;
}

/** A fitted linear map of features. */
export interface LinearMap {
  /** Numbers of a feature vector. */
  readonly width: number;
  /** Numbers that it gives. */
  readonly outputs: number;
  /** [width outputs], row by row. */
  readonly weights: Float32Array;
  /** [outputs] */
  readonly bias: Float32Array;
}

function rowsOf(name: string, vectors: readonly ArrayLike<number>[]): Rows {
  const [count, width] = [vectors.length, vectors[0]?.length ?? 0];
  const data = new Float32Array(count * width);
  vectors.forEach((vector, i) => {
    if (vector.length !== width) {
      throw new RangeError(`Fitting needs ${name} of one width, ${width}, got ${vector.length} at ${i}`);
    }
    data.set(vector, i * width);
  });
  return { data, count, width };
}

/** a · b with either transposed; all [rows columns], row by row. */
async function product(
  a: Rows,
  b: Rows,
  { transposed }: { transposed: readonly [boolean, boolean] },
): Promise<Float32Array> {
  const program = await compile(
    (_frozen, _state, { a, b }) => ({
      outputs: { product: tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, ...transposed) },
    }),
    { inputs: { a: { shape: [a.count, a.width] }, b: { shape: [b.count, b.width] } } },
  );
  try {
    const outputs = await program.run({
      a: host(a.data, [a.count, a.width]),
      b: host(b.data, [b.count, b.width]),
    });
    return (outputs.product?.data as Float32Array).slice();
  } finally {
    await program.dispose();
  }
}

/** Mean and standard deviation of every column. */
function moments({ data, count, width }: Rows): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(width), deviation = new Float64Array(width);
  for (let i = 0; i < data.length; i++) mean[i % width]! += data[i]! / count;
  for (let i = 0; i < data.length; i++) deviation[i % width]! += (data[i]! - mean[i % width]!) ** 2 / count;
  return { mean, deviation: deviation.map(Math.sqrt) };
}

/** Columns less their means, over `scale`; a column of no spread becomes 0. */
function centred(rows: Rows, mean: Float64Array, scale?: Float64Array): Rows {
  const { width } = rows;
  const data = rows.data.map((value, i) => {
    const spread = scale ? scale[i % width]! : 1;
    return spread > 0 ? (value - mean[i % width]!) / spread : 0;
  });
  return { ...rows, data };
}

/** (M + shift·I)⁻¹ B for a symmetric M [side side]. */
function solveShifted(matrix: Float32Array, shift: number, { data, count: side, width }: Rows): Rows {
  const shifted = Matrix.zeros(side, side);
  for (let i = 0; i < side; i++) {
    for (let j = 0; j <= i; j++) {
      const value = matrix[i * side + j]! + (i === j ? shift : 0);
      shifted.set(i, j, value).set(j, i, value);
    }
  }
  const solved = new CholeskyDecomposition(shifted).solve(Matrix.from1DArray(side, width, data));
  return { data: Float32Array.from(solved.to1DArray()), count: side, width };
}

/**
 * Fits a linear map from feature vectors to targets; the same rows give the same map.
 *
 * @param features one vector [width] per item
 * @param targets one vector [outputs] per item, in the same order
 * @param options.ridge λ, above 0; larger ones trust the fitted items less
 * @throws RangeError when there are not equally many of both, fewer than two, widths differ, or λ is not above 0.
 */
export async function fitRidge(
  features: readonly ArrayLike<number>[],
  targets: readonly ArrayLike<number>[],
  { ridge }: { readonly ridge: number },
): Promise<LinearMap> {
  if (features.length !== targets.length || features.length < 2) {
    throw new RangeError(
      `Fitting needs one target per feature vector, at least 2, got ${features.length} and ${targets.length}`,
    );
  }
  if (!(ridge > 0)) throw new RangeError(`Fitting needs a ridge above 0, got ${ridge}`);
  const [x, y] = [rowsOf("features", features), rowsOf("targets", targets)];
  const [ofX, ofY] = [moments(x), moments(y)];
  const [X, Y] = [centred(x, ofX.mean, ofX.deviation), centred(y, ofY.mean)];
  const { count, width } = X;
  const outputs = Y.width;
  const shift = count * ridge;
  const dual = count < width;
  const gram = await product(X, X, { transposed: dual ? [false, true] : [true, false] });
  const solved = dual
    ? await product(X, solveShifted(gram, shift, Y), { transposed: [true, false] })
    : solveShifted(gram, shift, {
      data: await product(X, Y, { transposed: [true, false] }),
      count: width,
      width: outputs,
    }).data;
  const weights = solved.map((value, i) => {
    const spread = ofX.deviation[Math.floor(i / outputs)]!;
    return spread > 0 ? value / spread : 0;
  });
  const bias = Float32Array.from(ofY.mean, (value, output) => {
    let sum = value;
    for (let d = 0; d < width; d++) sum -= ofX.mean[d]! * weights[d * outputs + output]!;
    return sum;
  });
  return { width, outputs, weights, bias };
}

/** What a map gives for feature vectors, [outputs] each. @throws RangeError when a vector has another width. */
export function applyLinear(map: LinearMap, features: readonly ArrayLike<number>[]): Float32Array[] {
  const { width, outputs, weights, bias } = map;
  return features.map((vector) => {
    if (vector.length !== width) {
      throw new RangeError(`The linear map needs features of width ${width}, got ${vector.length}`);
    }
    const sums = Float64Array.from(bias);
    for (let d = 0; d < width; d++) {
      const value = vector[d]!;
      for (let output = 0; output < outputs; output++) {
        sums[output]! += value * weights[d * outputs + output]!;
      }
    }
    return Float32Array.from(sums);
  });
}
