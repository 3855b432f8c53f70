import type { Graph, GraphNode } from "../graph.ts";

/** Rebuilds a graph node by node; `visit` gets each node with its inputs already renamed and returns nodes to keep, after noting aliases. */
export function rewrite(
  graph: Graph,
  visit: (node: GraphNode, alias: (from: string, to: string) => void) => GraphNode | undefined,
): Graph {
  const aliases = new Map<string, string>();
  const resolve = (name: string): string => aliases.get(name) ?? name;
  const outputs = new Set(graph.outputs);
  const nodes: GraphNode[] = [];
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map(resolve) };
    // A graph output keeps its name: its node stays even where an equal value exists.
    const fixed = node.outputs.some((name) => outputs.has(name));
    const kept = visit(node, (from, to) => {
      if (!fixed) aliases.set(from, to);
    });
    if (kept ?? fixed) nodes.push(kept ?? node);
  }
  return { ...graph, nodes };
}
