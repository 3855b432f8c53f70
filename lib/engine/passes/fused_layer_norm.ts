import type { Graph, GraphNode } from "../graph.ts";
import { linksOf } from "./links.ts";

/**
 * γ and β of a layer norm become inputs of the node that standardises, in place of a product and a sum over all numbers. Only where nothing else
 * reads the standardised numbers or their deviation, so never where a gradient needs them.
 */
export function fuseLayerNorm(graph: Graph): Graph {
  const { producer, reads } = linksOf(graph);
  /** Whether a node standardises and nothing more: its scale is all ones, and it has no shift. */
  const standardises = ({ op, inputs: [, scale, shift] }: GraphNode) =>
    op === "LayerNormalization" && shift === undefined &&
    (graph.constants.get(scale as string)?.data as Float32Array | undefined)?.every((x) => x === 1);
  const shape = (name: string) => graph.values.get(name)?.shape ?? [];
  /** What makes one operand of a node, nobody else reading it, if the other operand is a vector as long as its rows. */
  const rowsAndVector = (node: GraphNode | undefined, op: "Mul" | "Add") => {
    if (node?.op !== op) return undefined;
    const [a, b] = node.inputs as [string, string];
    for (const [rows, vector] of [[a, b], [b, a]] as const) {
      const made = producer(rows);
      if (made && reads(rows) === 1 && shape(vector).join() === String(shape(rows).at(-1))) {
        return { made, vector };
      }
    }
    return undefined;
  };
  const nodes = graph.nodes.map((node) => {
    const sum = rowsAndVector(node, "Add");
    const product = rowsAndVector(sum?.made, "Mul");
    if (!sum || !product || !standardises(product.made)) return node;
    const { made: norm, vector: weight } = product;
    const [, ...further] = norm.outputs;
    if (further.some((name) => reads(name) > 0)) return node;
    return { ...norm, inputs: [norm.inputs[0] as string, weight, sum.vector], outputs: [...node.outputs] };
  });
  return { ...graph, nodes };
}
