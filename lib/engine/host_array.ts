import * as tf from "./tfjs.ts";

/** Element types that cross the engine's boundary. float16, bfloat16 and int64 exist in files only and are widened on reading. */
export type DType = "float32" | "int32" | "bool";

/** A dense array in ordinary memory, row-major. `data.length` is the product of `shape`. */
export interface HostArray {
  /** Element type; decides the class of `data`. */
  readonly dtype: DType;
  /** Sides, outermost first; [] for a scalar. */
  readonly shape: readonly number[];
  /** The elements; bytes 0 and 1 for bool. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * Wraps numbers as a host array.
 *
 * @throws RangeError when the shape does not hold exactly `data.length` elements.
 */
export function host(
  data: Float32Array | Int32Array | Uint8Array | readonly number[],
  shape: readonly number[],
): HostArray {
  const typed = Array.isArray(data)
    ? Float32Array.from(data)
    : data as Float32Array | Int32Array | Uint8Array;
  if (typed.length !== sizeOf(shape)) {
    throw new RangeError(
      `host() needs as many elements as the shape holds: expected ${
        sizeOf(shape)
      } for [${shape}], got ${typed.length}`,
    );
  }
  const dtype = typed instanceof Float32Array ? "float32" : typed instanceof Int32Array ? "int32" : "bool";
  return { dtype, shape: [...shape], data: typed };
}

/** A host array filled with one float. */
export function filled(value: number, shape: readonly number[]): HostArray {
  return host(new Float32Array(sizeOf(shape)).fill(value), shape);
}

/** Copies a host array into a tensor of the current tfjs backend. */
export function toTensor(array: HostArray): tf.Tensor {
  return tf.tensor(array.data, [...array.shape], array.dtype);
}

/** Copies a tensor of an eager tfjs backend into ordinary memory. */
export function toHost(tensor: tf.Tensor): HostArray {
  const data = tensor.dataSync() as Float32Array | Int32Array | Uint8Array;
  return { dtype: tensor.dtype as DType, shape: tensor.shape, data };
}
