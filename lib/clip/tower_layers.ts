/** What CLIP's two towers share: pre-norm transformer layers and initial values, under the names of transformers' CLIP models. */
import {
  filled,
  fold,
  gelu,
  host,
  type HostArray,
  type Key,
  normal,
  type Params,
  quickGelu,
  scope,
  type Shapes,
  sizeOf,
  type Tensor,
  tf,
} from "../engine/mod.ts";
import { layerNorm, linear, linearShapes, multiHeadAttention, normShapes, shapeTree } from "../nn/mod.ts";

/** Fields that the text and the vision config share, in transformers' names. */
export interface TowerConfig {
  /** Width of a token between the layers. */
  readonly hidden_size: number;
  /** Width inside each layer's feed-forward part. */
  readonly intermediate_size: number;
  /** Width of the joint space. */
  readonly projection_dim: number;
  /** Number of transformer layers. */
  readonly num_hidden_layers: number;
  /** Attention heads per layer; divides hidden_size. */
  readonly num_attention_heads: number;
  /** "gelu" (exact) or "quick_gelu". */
  readonly hidden_act: string;
  /** Added to the variance in every layer norm; 1e-5 if absent. */
  readonly layer_norm_eps?: number;
}

/** eps of a tower's layer norms. */
export function normOptions(config: TowerConfig): { eps: number } {
  return { eps: config.layer_norm_eps ?? 1e-5 };
}

function activation(config: TowerConfig): (x: Tensor) => Tensor {
  const known: Record<string, (x: Tensor) => Tensor> = { gelu, quick_gelu: quickGelu };
  const found = known[config.hidden_act];
  if (!found) {
    throw new RangeError(`A CLIP tower needs hidden_act gelu or quick_gelu, got "${config.hidden_act}"`);
  }
  return found;
}

/**
 * All layers, one after the other; each x += attention(norm(x)), x += mlp(norm(x)). p has "layers.0.…". Gives the hidden states
 * [batch tokens hidden]: the input first, then every layer's output. `mask` is added to the attention logits.
 */
export function towerLayers(
  p: Params,
  config: TowerConfig,
  x: Tensor,
  options: { mask?: Tensor } = {},
): Tensor[] {
  const act = activation(config);
  const states = [x];
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = scope(p, `layers.${i}`);
    const own = scope(layer, "self_attn");
    const before = states.at(-1) as Tensor;
    const tokens = layerNorm(scope(layer, "layer_norm1"), before, normOptions(config));
    const attended = multiHeadAttention(
      { toQuery: scope(own, "q_proj"), toOut: scope(own, "out_proj") },
      tokens,
      {
        heads: config.num_attention_heads,
        contexts: [{ tokens, toKey: scope(own, "k_proj"), toValue: scope(own, "v_proj") }],
        ...options,
      },
    );
    const middle = tf.add(before, attended);
    const normed = layerNorm(scope(layer, "layer_norm2"), middle, normOptions(config));
    const hidden = act(linear(scope(layer, "mlp.fc1"), normed));
    states.push(tf.add(middle, linear(scope(layer, "mlp.fc2"), hidden)));
  }
  return states;
}

/** Shapes of {@link towerLayers}. @throws RangeError when the configuration asks for something that is not built. */
export function towerLayersShapes(config: TowerConfig): Shapes {
  const { hidden_size: hidden, intermediate_size: inner, num_attention_heads: heads } = config;
  activation(config);
  if (hidden % heads !== 0) {
    throw new RangeError(`A CLIP tower needs heads that divide its width, got ${heads} for ${hidden}`);
  }
  const square = linearShapes(hidden, hidden);
  const layer = shapeTree({
    self_attn: shapeTree({ k_proj: square, v_proj: square, q_proj: square, out_proj: square }),
    layer_norm1: normShapes(hidden),
    mlp: shapeTree({ fc1: linearShapes(hidden, inner), fc2: linearShapes(inner, hidden) }),
    layer_norm2: normShapes(hidden),
  });
  return shapeTree({ layers: Array.from({ length: config.num_hidden_layers }, () => layer) });
}

/**
 * Initial values of a tower's own layers as CLIP samples them: normal, with a standard deviation by role; biases of linear layers 0.
 * Undefined for parameters that keep PyTorch's defaults (norms, a convolutional stem).
 */
export function towerInitial(config: TowerConfig) {
  const { hidden_size: hidden, num_hidden_layers: layers } = config;
  const residual = hidden ** -0.5 * (2 * layers) ** -0.5;
  const deviation: Record<string, number> = {
    q_proj: residual,
    k_proj: residual,
    v_proj: residual,
    out_proj: hidden ** -0.5,
    fc1: (2 * hidden) ** -0.5,
    fc2: residual,
    token_embedding: 0.02,
    position_embedding: 0.02,
    patch_embedding: 0.02,
    text_projection: hidden ** -0.5,
    visual_projection: hidden ** -0.5,
  };
  return (name: string, shape: readonly number[], from: Key): HostArray | undefined => {
    const [layer = "", role] = name.split(".").slice(-2);
    const std = role === "class_embedding" ? hidden ** -0.5 : deviation[layer];
    if (std === undefined) return undefined;
    if (role === "bias") return filled(0, shape);
    return host(normal(fold(from, "normal"), sizeOf(shape), { std }), shape);
  };
}
