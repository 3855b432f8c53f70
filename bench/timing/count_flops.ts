/**
 * Arithmetic of recorded graphs: floating-point operations of matrix products and convolutions, a multiply-add counted as two. Sums, norms
 * and activations are left out, as is usual for rates beside a matrix product's.
 */
import { recordProgram } from "../../lib/engine/compile.ts";
import type { Graph, GraphNode } from "../../lib/engine/graph.ts";
import { host, type HostParams, sizeOf } from "../../lib/engine/mod.ts";
import type { Engine } from "./work.ts";

type ShapeOf = (name: string | undefined) => readonly number[];

/** Multiply-adds of one node, by operator. */
const MULTIPLY_ADDS: Readonly<Record<string, (node: GraphNode, shape: ShapeOf) => number>> = {
  MatMul: (node, shape) => product(node, shape, -1),
  Gemm: (node, shape) => product(node, shape, node.attributes["transA"] ? -2 : -1),
  FusedMatMul: (node, shape) => product(node, shape, node.attributes["transA"] ? -2 : -1),
  Conv: convolution,
  FusedConv: convolution,
  // Every input element meets the kernel of each output channel: weight [in, out/groups, kernel...].
  ConvTranspose: ({ inputs }, shape) => sizeOf(shape(inputs[0])) * sizeOf(shape(inputs[1]).slice(1)),
  // Logits and mixture; query [batch tokens width], keys' tokens in the middle of [batch tokens width] or [batch heads tokens width].
  MultiHeadAttention: ({ inputs, outputs }, shape) => {
    const tokens = shape(inputs[1]).at(-2) ?? 0;
    return tokens * (sizeOf(shape(inputs[0])) + sizeOf(shape(outputs[0])));
  },
};

/** Every output element sums over the left operand's inner side. */
function product({ inputs, outputs }: GraphNode, shape: ShapeOf, inner: number): number {
  return sizeOf(shape(outputs[0])) * (shape(inputs[0]).at(inner) ?? 0);
}

/** Every output element sums over the kernel: weight [out, in/groups, kernel...]. */
function convolution({ inputs, outputs }: GraphNode, shape: ShapeOf): number {
  return sizeOf(shape(outputs[0])) * sizeOf(shape(inputs[1]).slice(1));
}

/** Floating-point operations of one run of a graph. @throws RangeError when a value's shape is not known. */
export function countFlops(graph: Graph): number {
  const shape: ShapeOf = (name = "") => {
    const info = graph.values.get(name);
    if (!info) throw new RangeError(`countFlops() needs the shape of "${name}", the graph has none`);
    return info.shape;
  };
  return graph.nodes.reduce((sum, node) => sum + 2 * (MULTIPLY_ADDS[node.op]?.(node, shape) ?? 0), 0);
}

/** An engine that computes nothing: every run adds the operations of its graph to a sum and returns zeros. */
export function countingEngine(): { readonly engine: Engine; takeFlops(): number } {
  let sum = 0;
  const engine: Engine = (fn, parts) => {
    const { graph, outputValues } = recordProgram(fn, parts, { winograd: false });
    const flops = countFlops(graph);
    const outputs: HostParams = Object.fromEntries(
      Object.entries(outputValues).map(([name, value]) => {
        const shape = graph.values.get(value)?.shape ?? [];
        return [name, host(new Float32Array(sizeOf(shape)), shape)];
      }),
    );
    return Promise.resolve({
      outputs,
      run() {
        sum += flops;
        return Promise.resolve(outputs);
      },
      readState: () => parts.state ?? {},
      writeState() {},
      dispose: () => Promise.resolve(),
    });
  };
  return {
    engine,
    takeFlops() {
      const taken = sum;
      sum = 0;
      return taken;
    },
  };
}
