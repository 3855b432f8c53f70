import type { GraphBuilder, ValueInfo } from "../graph.ts";
import { sizeOf } from "../host_array.ts";

/** How one tfjs kernel becomes nodes: value names in, value name(s) out. */
export type Lowering = (
  graph: GraphBuilder,
  inputs: Readonly<Record<string, string>>,
  attrs: Readonly<Record<string, unknown>>,
) => string | string[];

/** The shape two operands broadcast to (NumPy's rule). */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`Broadcasting needs equal sides or 1, got [${a}] and [${b}]`);
    }
    return left === 1 ? right : left;
  });
}

/** Axes as non-negative numbers. */
export function normalAxes(axis: unknown, rank: number): number[] {
  const list = axis === undefined || axis === null
    ? Array.from({ length: rank }, (_, i) => i)
    : [axis].flat() as number[];
  return list.map((a) => (a < 0 ? a + rank : a)).sort((x, y) => x - y);
}

/** A shape with some axes reduced. */
export function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return keepDims
    ? shape.map((side, i) => axes.includes(i) ? 1 : side)
    : shape.filter((_, i) => !axes.includes(i));
}

/** `name`, or a scalar in its place when it holds one number everywhere and the other operand alone gives the result's shape. */
export function slim(graph: GraphBuilder, name: string, other: ValueInfo, result: readonly number[]): string {
  const value = graph.uniform.get(name);
  const info = graph.info(name);
  if (value === undefined || other.shape.join() !== result.join() || info.dtype === "int64") return name;
  return graph.scalar(value, info.dtype);
}

/** Reshapes unless the shape is there already. */
export function reshaped(graph: GraphBuilder, x: string, shape: readonly number[]): string {
  const info = graph.info(x);
  if (info.shape.join() === shape.join() && info.shape.length === shape.length) return x;
  const value = graph.uniform.get(x);
  if (value !== undefined && info.dtype !== "int64") return graph.fill(value, { dtype: info.dtype, shape });
  if (sizeOf(info.shape) !== sizeOf(shape)) {
    throw new RangeError(`Reshaping needs equal sizes: [${info.shape}] to [${shape}]`);
  }
  return graph.emit("Reshape", [x, graph.int64(shape)], { dtype: info.dtype, shape });
}

/** Transposes; nothing for the identity. */
export function transposed(graph: GraphBuilder, x: string, perm: readonly number[]): string {
  if (perm.every((axis, i) => axis === i)) return x;
  const { dtype, shape } = graph.info(x);
  return graph.emit("Transpose", [x], { dtype, shape: perm.map((axis) => shape[axis] as number) }, { perm });
}
