import { gelu, type Params, scope, type Shapes, type Tensor, tf } from "../engine/mod.ts";
import { linear, linearShapes } from "./layers.ts";
import { shapeTree } from "./shape_tree.ts";

/**
 * Gated feed-forward (GEGLU, Shazeer 2020): the first projection gives value and gate, y = (value · GELU(gate)) W₂ + b₂, with the
 * exact GELU. Names as in diffusers: net.0.proj, net.2. x [... dim] → [... dim].
 */
export function gatedFeedForward(p: Params, x: Tensor): Tensor {
  // Weights are cut in two, not what they give: they are smaller, and constants where they are frozen.
  const { weight, bias } = scope(p, "net.0.proj");
  const halves = (t: Tensor | undefined) => t ? tf.split(t, 2) as Tensor[] : [];
  const [weights, biases] = [halves(weight), halves(bias)];
  const [value, gate] = [0, 1].map((i) => {
    const part = biases[i];
    return linear({ weight: weights[i] as Tensor, ...(part ? { bias: part } : {}) }, x);
  }) as [Tensor, Tensor];
  return linear(scope(p, "net.2"), tf.mul(value, gelu(gate)));
}

/** Shapes of {@link gatedFeedForward}; hidden width = `factor` · dim. */
export function gatedFeedForwardShapes(dim: number, options: { factor?: number } = {}): Shapes {
  const hidden = (options.factor ?? 4) * dim;
  return shapeTree({ "net.0.proj": linearShapes(dim, 2 * hidden), "net.2": linearShapes(hidden, dim) });
}
