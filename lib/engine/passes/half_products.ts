import type { Graph, GraphNode } from "../graph.ts";
import { removeDeadNodes } from "./dead_nodes.ts";

/** Operations whose operands are rounded. */
const PRODUCTS = new Set(["Gemm", "MatMul", "FusedMatMul", "Conv", "ConvTranspose", "MultiHeadAttention"]);

/** TensorProto's numbers of the types, for Cast. */
const FLOAT = 1, HALF = 10;

/**
 * Matrix products, convolutions and fused attention in half precision: their operands are rounded to it, each once, and their results widened again.
 * All else stays in single precision: weights that are given to a run, norms, softmax, sums, what a run gives back. Weights that are stored in half
 * precision are read as they are. Values in half precision stand between nodes alone and are not listed among the graph's values.
 */
export function halveProducts(graph: Graph): Graph {
  const nodes: GraphNode[] = [];
  const cast = (from: string, to: string, type: number) =>
    void nodes.push({ op: "Cast", domain: "", inputs: [from], outputs: [to], attributes: { to: type } });
  /** In half precision, by what they are in single. */
  const rounded = new Map(
    graph.nodes.flatMap(({ op, inputs, outputs }) => {
      const [from, to] = [inputs[0] as string, outputs[0] as string];
      return op === "Cast" && graph.stored?.get(from)?.kind === "F16" ? [[to, from] as const] : [];
    }),
  );
  const half = (name: string): string => {
    // An optional operand that is left out.
    if (name === "") return name;
    const known = rounded.get(name);
    if (known !== undefined) return known;
    const own = `${name}:half`;
    cast(name, own, HALF);
    rounded.set(name, own);
    return own;
  };
  for (const node of graph.nodes) {
    const [output] = node.outputs as [string];
    if (PRODUCTS.has(node.op) && graph.values.get(output)?.dtype === "float32") {
      const narrow = `${output}:narrow`;
      nodes.push({ ...node, inputs: node.inputs.map(half), outputs: [narrow] });
      cast(narrow, output, FLOAT);
    } else nodes.push(node);
  }
  return removeDeadNodes({ ...graph, nodes });
}
