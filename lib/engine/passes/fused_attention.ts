import type { Graph, GraphNode } from "../graph.ts";
import { linksOf } from "./links.ts";

/** Logits of one head from which the fused kernel is worth its own layout: 1024 tokens by 1024 keys. */
const SMALLEST = 2 ** 20;

const HEADS_OUT = "0,2,1,3";

/** The parts of one attention in a graph. */
interface Attention {
  readonly scale: number;
  /** [batch tokens heads dim], before heads and tokens are swapped. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/**
 * softmax(q kᵀ · scale) v over many tokens becomes one fused kernel, which goes over the logits in blocks: at 4096 tokens they would fill a gigabyte,
 * written and read four times. Only where nothing else reads the logits or weights, so never where a gradient needs them.
 */
export function fuseAttention(graph: Graph): Graph {
  const { producer, reads } = linksOf(graph);
  const shape = (name: string) => graph.values.get(name)?.shape ?? [];
  /** The node that makes a value, if it is of this kind and nobody else reads it. */
  const made = (name: string | undefined, op: string): GraphNode | undefined => {
    const node = producer(name);
    return node?.op === op && reads(name) === 1 ? node : undefined;
  };
  const swapped = (name: string | undefined): string | undefined => {
    const node = producer(name);
    return node?.op === "Transpose" && String(node.attributes["perm"]) === HEADS_OUT
      ? node.inputs[0]
      : undefined;
  };
  const scalar = (name: string | undefined): number | undefined => {
    const constant = graph.constants.get(name ?? "");
    return constant?.data.length === 1 ? Number(constant.data[0]) : undefined;
  };
  const attentionOf = (mixed: GraphNode): Attention | undefined => {
    if (mixed.op !== "MatMul") return undefined;
    const softmax = made(mixed.inputs[0], "Softmax");
    const logits = made(softmax?.inputs[0], "FusedMatMul");
    const scaled = made(logits?.inputs[0], "Mul");
    if (!logits || !scaled || logits.attributes["transA"] !== 0 || logits.attributes["transB"] !== 1) {
      return undefined;
    }
    const [tokens = 0, keys = 0] = shape(logits.outputs[0] as string).slice(-2);
    if (tokens * keys < SMALLEST || ![-1, 3].includes(softmax?.attributes["axis"] as number)) {
      return undefined;
    }
    const [first, second] = scaled.inputs;
    const scale = scalar(second) ?? scalar(first);
    const query = swapped(scalar(second) === undefined ? second : first);
    const key = swapped(logits.inputs[1]), value = swapped(mixed.inputs[1]);
    return scale === undefined || !query || !key || !value ? undefined : { scale, query, key, value };
  };

  const constants = new Map(graph.constants), values = new Map(graph.values);
  const nodes: GraphNode[] = [];
  /** Reshapes into `name`. */
  const reshape = (source: string, sides: readonly number[], name: string) => {
    const list = `${name}:shape`;
    constants.set(list, { dtype: "int64", shape: [sides.length], data: sides });
    values.set(list, { dtype: "int64", shape: [sides.length] });
    values.set(name, { dtype: "float32", shape: sides });
    nodes.push({ op: "Reshape", domain: "", inputs: [source, list], outputs: [name], attributes: {} });
  };
  const fused = new Map<string, string>();
  for (const node of graph.nodes) {
    const found = attentionOf(node);
    const own = node.outputs[0] as string;
    const back = fused.get(node.inputs[0] as string);
    if (found && reads(own) === 1) {
      const inputs = (["query", "key", "value"] as const).map((role) => {
        const [batch, tokens, heads, dim] = shape(found[role]) as [number, number, number, number];
        const name = `${own}:${role}`;
        reshape(found[role], [batch, tokens, heads * dim], name);
        return name;
      });
      const [batch, heads, tokens, dim] = shape(own) as [number, number, number, number];
      const whole = `${own}:attention`;
      values.set(whole, { dtype: "float32", shape: [batch, tokens, heads * dim] });
      nodes.push({
        op: "MultiHeadAttention",
        domain: "com.microsoft",
        inputs,
        outputs: [whole],
        attributes: { num_heads: heads, scale: { float: found.scale } },
      });
      fused.set(own, whole);
      const after = graph.nodes.find(({ inputs }) => inputs.includes(own));
      if (after?.op !== "Transpose" || String(after.attributes["perm"]) !== HEADS_OUT) {
        // Somebody wants the heads apart: swap them back.
        const apart = `${own}:apart`;
        reshape(whole, [batch, tokens, heads, dim], apart);
        nodes.push({
          op: "Transpose",
          domain: "",
          inputs: [apart],
          outputs: [own],
          attributes: { perm: [0, 2, 1, 3] },
        });
        fused.delete(own);
      }
    } else if (back !== undefined && node.op === "Transpose") {
      reshape(back, shape(own), own);
    } else nodes.push(node);
  }
  return { ...graph, nodes, constants, values };
}
