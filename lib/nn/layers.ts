/** Layers on scoped parameters: `p` holds `weight` and, where the layer has one, `bias`. */
import {
  conv2d,
  groupNorm as groupNormOp,
  layerNorm as layerNormOp,
  leaf,
  linear as linearOp,
  type Padding,
  type Params,
  type Shapes,
  type Tensor,
  tf,
} from "../engine/mod.ts";

/** `x · weightᵀ + bias`. x [... in] → [... out]; weight [out in], or [out in 1 1] of a 1×1 convolution. */
export function linear(p: Params, x: Tensor): Tensor {
  const weight = leaf(p, "weight");
  const matrix = weight.rank === 2 ? weight : tf.reshape(weight, [weight.shape[0] as number, -1]);
  return linearOp(x, matrix, p.bias);
}

/** 2-D cross-correlation. x [batch in height width] → [batch out height' width']; weight [out in kh kw]. */
export function convolution(
  p: Params,
  x: Tensor,
  options: { stride?: number; padding?: Padding } = {},
): Tensor {
  return conv2d(x, leaf(p, "weight"), p.bias, options);
}

/** Layer norm over the last axis, with weight and bias; eps 1e-5 by default. */
export function layerNorm(p: Params, x: Tensor, options: { eps?: number } = {}): Tensor {
  return layerNormOp(x, leaf(p, "weight"), leaf(p, "bias"), options);
}

/** Group norm over channels. x [batch channel ...]. */
export function groupNorm(p: Params, x: Tensor, options: { groups: number; eps?: number }): Tensor {
  return groupNormOp(x, leaf(p, "weight"), leaf(p, "bias"), options);
}

/** Shapes of a linear layer. */
export function linearShapes(inputs: number, outputs: number, options: { bias?: boolean } = {}): Shapes {
  return { weight: [outputs, inputs], ...(options.bias ?? true ? { bias: [outputs] } : {}) };
}

/** Shapes of a square convolution. */
export function convolutionShapes(
  inputs: number,
  outputs: number,
  options: { kernel: number; bias?: boolean },
): Shapes {
  const { kernel, bias = true } = options;
  return { weight: [outputs, inputs, kernel, kernel], ...(bias ? { bias: [outputs] } : {}) };
}

/** Shapes of a layer norm or group norm. */
export function normShapes(channels: number): Shapes {
  return { weight: [channels], bias: [channels] };
}
