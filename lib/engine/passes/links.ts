import type { Graph, GraphNode } from "../graph.ts";

/** Which node makes each value of a graph, and how often a value is read; being a result of the graph counts as once more. */
export function linksOf(graph: Graph): {
  readonly producer: (name: string | undefined) => GraphNode | undefined;
  readonly reads: (name: string | undefined) => number;
} {
  const producers = new Map<string, GraphNode>();
  const readers = new Map<string, number>();
  const read = (name: string) => readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const node of graph.nodes) {
    for (const name of node.outputs) producers.set(name, node);
    node.inputs.forEach(read);
  }
  graph.outputs.forEach(read);
  return {
    producer: (name) => producers.get(name ?? ""),
    reads: (name) => readers.get(name ?? "") ?? 0,
  };
}
