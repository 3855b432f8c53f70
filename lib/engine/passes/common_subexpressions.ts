import type { Graph } from "../graph.ts";
import { rewrite } from "./rename.ts";

/** Keeps one of several nodes that compute the same from the same inputs. */
export function shareCommonSubexpressions(graph: Graph): Graph {
  const known = new Map<string, readonly string[]>();
  return rewrite(graph, (node, alias) => {
    const id = JSON.stringify([node.op, node.domain, node.inputs, node.attributes, node.outputs.length]);
    const earlier = known.get(id);
    if (earlier) {
      node.outputs.forEach((name, i) => alias(name, earlier[i] as string));
      return undefined;
    }
    known.set(id, node.outputs);
    return node;
  });
}
