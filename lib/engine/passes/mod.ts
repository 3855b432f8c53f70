import type { Graph } from "../graph.ts";
import { shareCommonSubexpressions } from "./common_subexpressions.ts";
import { removeDeadNodes } from "./dead_nodes.ts";
import { fuseAttention } from "./fused_attention.ts";
import { fuseLayerNorm } from "./fused_layer_norm.ts";
import { mergeLayoutChains } from "./layout_chains.ts";

/** The passes in the order in which they run. */
export const PASSES = {
  "dead-nodes": removeDeadNodes,
  "layout-chains": mergeLayoutChains,
  "common-subexpressions": shareCommonSubexpressions,
  "fused-attention": fuseAttention,
  "fused-layer-norm": fuseLayerNorm,
} as const;

/** Name of a graph pass, for {@link optimize}'s options. */
export type PassName = keyof typeof PASSES;

/** Applies every pass but those left out, then drops what became dead. */
export function optimize(graph: Graph, options: { withoutPasses?: readonly PassName[] } = {}): Graph {
  let result = graph;
  for (const [name, pass] of Object.entries(PASSES)) {
    if (!options.withoutPasses?.includes(name as PassName)) result = pass(result);
  }
  return options.withoutPasses?.includes("dead-nodes") ? result : removeDeadNodes(result);
}
