/**
 * The fast operations of the models, in PyTorch's layouts. While a function is being recorded each is one coarse kernel with a
 * hand-written gradient (see kernels/); on an eager backend it is a composition of tfjs ops, so that eager runs check the fast ones.
 */
import * as tf from "./tfjs.ts";
import type { Tensor } from "./tfjs.ts";
import { isRecording } from "./record.ts";

function kernel(name: string, inputs: Record<string, Tensor>, attrs: Record<string, unknown> = {}): Tensor {
  const result = tf.engine().runKernel(name, inputs, attrs as never) as Tensor | Tensor[];
  return Array.isArray(result) ? result[0] as Tensor : result;
}

/** `x · weightᵀ + bias`. x [... in], weight [out in], bias [out] → [... out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  if (x.shape.at(-1) !== inputs) {
    throw new RangeError(`linear() needs [... ${inputs}] for a weight [${weight.shape}], got [${x.shape}]`);
  }
  const rows = x.rank === 2 ? x : tf.reshape(x, [-1, inputs]);
  let y: Tensor;
  if (bias && isRecording()) y = kernel("LinearBias", { x: rows, weight, bias });
  else {
    const product = tf.matMul(rows as tf.Tensor2D, weight as tf.Tensor2D, false, true);
    y = bias ? tf.add(product, bias) : product;
  }
  return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), outputs]);
}

/** Zero padding of the sides of an image: one number for all, or [top bottom left right]. */
export type Padding = number | readonly [number, number, number, number];

/** 2-D cross-correlation. x [batch in height width], weight [out in kh kw], bias [out] → [batch out height' width']. */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: { stride?: number; padding?: Padding } = {},
): Tensor {
  if (x.rank !== 4 || weight.rank !== 4 || x.shape[1] !== weight.shape[1]) {
    throw new RangeError(
      `conv2d() needs x [batch in height width] and weight [out in kh kw], got [${x.shape}] and [${weight.shape}]`,
    );
  }
  const { stride = 1, padding = 0 } = options;
  const pads = typeof padding === "number" ? [padding, padding, padding, padding] as const : padding;
  if (isRecording()) {
    return kernel("Conv2dNchw", bias ? { x, weight, bias } : { x, weight }, { stride, pads: [...pads] });
  }
  const nhwc = tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D;
  const hwio = tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D;
  const padded = tf.pad(nhwc, [[0, 0], [pads[0], pads[1]], [pads[2], pads[3]], [0, 0]]);
  const y = tf.transpose(tf.conv2d(padded, hwio, stride, "valid"), [0, 3, 1, 2]);
  return bias ? tf.add(y, tf.reshape(bias, [1, -1, 1, 1])) : y;
}

/** (x − mean) / √(variance + eps) along the last axis (biased variance). */
function standardize(x: Tensor, eps: number): Tensor {
  if (isRecording()) return kernel("Standardize", { x }, { eps });
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, eps)));
}

/** Layer norm over the last axis. x [... dim], weight and bias [dim]. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, options: { eps?: number } = {}): Tensor {
  return tf.add(tf.mul(standardize(x, options.eps ?? 1e-5), weight), bias);
}

/** Group norm. x [batch channel ...], weight and bias [channel]. */
export function groupNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: { groups: number; eps?: number },
): Tensor {
  const [batch, channels] = x.shape as [number, number];
  if (channels % options.groups !== 0) {
    throw new RangeError(
      `groupNorm() needs channels divisible by ${options.groups} groups, got [${x.shape}]`,
    );
  }
  const { groups, eps = 1e-5 } = options;
  if (isRecording()) return kernel("GroupNorm", { x, weight, bias }, { groups, eps });
  const rows = standardize(tf.reshape(x, [batch, groups, -1]), eps);
  const perChannel = [1, channels, ...x.shape.slice(2).map(() => 1)];
  return tf.add(
    tf.mul(tf.reshape(rows, x.shape), tf.reshape(weight, perChannel)),
    tf.reshape(bias, perChannel),
  );
}

/** x · sigmoid(x). */
export function silu(x: Tensor): Tensor {
  return isRecording() ? kernel("SigmoidGate", { x }, { alpha: 1 }) : tf.mul(x, tf.sigmoid(x));
}

/** x · sigmoid(1.702 x), the activation of OpenAI's CLIP. */
export function quickGelu(x: Tensor): Tensor {
  return isRecording()
    ? kernel("SigmoidGate", { x }, { alpha: 1.702 })
    : tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
}

/** Exact GELU, x · Φ(x). */
export function gelu(x: Tensor): Tensor {
  if (isRecording()) return kernel("GeluErf", { x });
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/**
 * softmax(q kᵀ · scale + mask) v. q [batch heads tokens dim], k and v [batch heads keys dim] → like q. `mask` broadcasts to
 * [batch heads tokens keys] and is added before the softmax. `scale` defaults to dim^(-1/2).
 */
export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: { scale?: number; mask?: Tensor } = {},
): Tensor {
  const scale = options.scale ?? 1 / Math.sqrt(q.shape.at(-1) as number);
  const logits = tf.matMul(tf.mul(q, scale), k, false, true);
  const weights = tf.softmax(options.mask ? tf.add(logits, options.mask) : logits, -1);
  return tf.matMul(weights, v);
}

/** Repeats every pixel `factor` times in both directions. x [batch channel height width]. */
export function upsampleNearest(x: Tensor, factor = 2): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  if (isRecording()) return kernel("UpsampleNearest", { x }, { factor });
  const cells = tf.reshape(x, [batch * channels * height, 1, width, 1]);
  return tf.reshape(tf.tile(cells, [1, factor, 1, factor]), [
    batch,
    channels,
    height * factor,
    width * factor,
  ]);
}

/** Which rows of a 3-tap kernel meet which of the two source rows that even (0) and odd (1) rows of a doubled image see. */
const TAPS = [[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]] as const;

/** [9 4]: what turns a 3×3 kernel into the 2×2 kernel of one phase, both flat. */
function phaseMatrix(row: 0 | 1, column: 0 | 1): Tensor {
  const entries = Array.from({ length: 9 }, (_, tap) => {
    const [ky, kx] = [Math.floor(tap / 3), tap % 3] as [number, number];
    return [0, 1].flatMap((sy) =>
      [0, 1].map((sx) => (TAPS[row][sy as 0 | 1][ky] as number) * (TAPS[column][sx as 0 | 1][kx] as number))
    );
  });
  return tf.tensor2d(entries, [9, 4]);
}

/**
 * `conv2d(upsampleNearest(x), weight, bias, { padding: 1 })` for a 3×3 weight. x [batch in height width] → [batch out 2·height 2·width].
 * Recorded, it is four 2×2 convolutions of the small image, one per parity of row and column: doubled pixels are equal, so kernel taps on
 * them add up, and 16 products do the work of 36.
 */
export function upsampleConv2d(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [outputs, inputs, kh, kw] = weight.shape as [number, number, number, number];
  if (!isRecording() || kh !== 3 || kw !== 3) {
    return conv2d(upsampleNearest(x), weight, bias, { padding: [kh >> 1, kh >> 1, kw >> 1, kw >> 1] });
  }
  const flat = tf.reshape(weight, [outputs * inputs, 9]) as tf.Tensor2D;
  const phases = ([[0, 0], [0, 1], [1, 0], [1, 1]] as const).map(([row, column]) => {
    const small = tf.matMul(flat, phaseMatrix(row, column) as tf.Tensor2D);
    const kernel = tf.reshape(small, [outputs, inputs, 2, 2]);
    return conv2d(x, kernel, bias, { padding: [1 - row, row, 1 - column, column] });
  });
  return kernel("InterleavePhases", { x: tf.concat(phases, 1) });
}

/** Rows of a table: weight [vocabulary dim], ids int32 [...] → [... dim]. */
export function embedding(weight: Tensor, ids: Tensor): Tensor {
  if (isRecording()) return kernel("Embedding", { weight, ids });
  const flat = tf.reshape(ids, [-1]).toInt() as tf.Tensor1D;
  const hot = tf.oneHot(flat, weight.shape[0] as number).toFloat();
  return tf.reshape(tf.matMul(hot as tf.Tensor2D, weight as tf.Tensor2D), [
    ...ids.shape,
    weight.shape[1] as number,
  ]);
}
