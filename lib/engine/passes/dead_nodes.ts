import type { Graph } from "../graph.ts";

/** Drops nodes and constants that no output depends on, and unnamed outputs nobody reads. */
export function removeDeadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const nodes = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    nodes.push({ ...node, outputs: trimmed(node.op, node.outputs, needed) });
  }
  const kept = <T>(values: ReadonlyMap<string, T>) =>
    new Map([...values].filter(([name]) => needed.has(name)));
  return {
    ...graph,
    nodes: nodes.reverse(),
    constants: kept(graph.constants),
    ...(graph.stored ? { stored: kept(graph.stored) } : {}),
  };
}

/** LayerNormalization's optional outputs are dropped when unread; those of other nodes (Split) are all required. */
function trimmed(op: string, outputs: readonly string[], needed: ReadonlySet<string>): readonly string[] {
  if (op !== "LayerNormalization") return outputs;
  const kept = outputs.map((name) => needed.has(name) ? name : "");
  while (kept.length > 1 && kept.at(-1) === "") kept.pop();
  return kept;
}
