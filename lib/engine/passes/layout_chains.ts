import type { Graph, GraphNode } from "../graph.ts";
import { rewrite } from "./rename.ts";

/** Reshape of a reshape becomes one reshape of the source; transposes that cancel disappear, others compose. */
export function mergeLayoutChains(graph: Graph): Graph {
  const producers = new Map<string, GraphNode>();
  return rewrite(graph, (node, alias) => {
    const [source] = node.inputs as [string];
    const before = producers.get(source);
    const output = node.outputs[0] as string;
    let kept: GraphNode | undefined = node;
    if (node.op === "Reshape") {
      const origin = before?.op === "Reshape" ? before.inputs[0] as string : source;
      if (graph.values.get(origin)?.shape.join() === graph.values.get(output)?.shape.join()) {
        alias(output, origin);
        kept = undefined;
      } else {
        kept = { ...node, inputs: [origin, node.inputs[1] as string] };
      }
    } else if (node.op === "Transpose" && before?.op === "Transpose") {
      const inner = before.attributes.perm as readonly number[];
      const perm = (node.attributes.perm as readonly number[]).map((axis) => inner[axis] as number);
      if (perm.every((axis, i) => axis === i)) {
        alias(output, before.inputs[0] as string);
        kept = undefined;
      } else {
        kept = { ...node, inputs: before.inputs, attributes: { perm } };
      }
    }
    const stored = kept ?? node;
    for (const name of stored.outputs) producers.set(name, stored);
    return kept;
  });
}
