import { broadcast, type Lowering } from "./lowering.ts";

/** Product of the last two axes, either operand transposed or not; the axes before them broadcast. */
export const matMul: Lowering = (graph, { a, b }, attrs) => {
  const left = graph.info(a as string);
  const right = graph.info(b as string);
  const transA = attrs.transposeA ? 1 : 0;
  const transB = attrs.transposeB ? 1 : 0;
  const rows = left.shape.at(transA ? -1 : -2) as number;
  const columns = right.shape.at(transB ? -2 : -1) as number;
  const inner = [left.shape.at(transA ? -2 : -1), right.shape.at(transB ? -1 : -2)];
  if (inner[0] !== inner[1]) {
    throw new RangeError(`matMul() needs equal inner sides, got [${left.shape}] and [${right.shape}]`);
  }
  if (left.shape.length === 2 && right.shape.length === 2) {
    return graph.emit("Gemm", [a as string, b as string], { dtype: left.dtype, shape: [rows, columns] }, {
      transA,
      transB,
    });
  }
  const shape = [...broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2)), rows, columns];
  if (!transA && !transB) {
    return graph.emit("MatMul", [a as string, b as string], { dtype: left.dtype, shape });
  }
  return graph.emit("FusedMatMul", [a as string, b as string], { dtype: left.dtype, shape }, {
    transA,
    transB,
  }, "com.microsoft");
};
