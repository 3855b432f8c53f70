import {
  leaf,
  type Params,
  scope,
  type Shapes,
  silu,
  type Tensor,
  tf,
  upsampleConv2d,
  upsampleNearest,
} from "../engine/mod.ts";
import {
  convolution,
  convolutionShapes,
  groupNorm,
  linear,
  linearShapes,
  normShapes,
  repeatRows,
  shapeTree,
} from "../nn/mod.ts";

/**
 * Residual block of U-Net, ControlNet and VAE (diffusers ResnetBlock2D):
 * h = conv1(SiLU(norm1(x))) + W SiLU(time); y = shortcut(x) + conv2(SiLU(norm2(h))).
 * x [batch in height width]; `activatedTime` = SiLU(time embedding) [batch hidden], or fewer rows, each for as many of x that follow one another; absent
 * in the VAE.
 */
export function residualBlock(
  p: Params,
  x: Tensor,
  options: { groups: number; eps: number; activatedTime?: Tensor },
): Tensor {
  const { activatedTime } = options;
  let h = convolution(scope(p, "conv1"), silu(groupNorm(scope(p, "norm1"), x, options)), { padding: 1 });
  if (activatedTime) {
    const shift = repeatRows(linear(scope(p, "time_emb_proj"), activatedTime), h.shape[0] as number);
    h = tf.add(h, tf.reshape(shift, [...shift.shape, 1, 1]));
  }
  h = convolution(scope(p, "conv2"), silu(groupNorm(scope(p, "norm2"), h, options)), { padding: 1 });
  return tf.add("conv_shortcut.weight" in p ? convolution(scope(p, "conv_shortcut"), x) : x, h);
}

/** Shapes of {@link residualBlock}; `time` is the width of the time embedding. A 1×1 shortcut exists where the channels change. */
export function residualBlockShapes(
  inputs: number,
  outputs: number,
  options: { time?: number } = {},
): Shapes {
  return shapeTree({
    norm1: normShapes(inputs),
    conv1: convolutionShapes(inputs, outputs, { kernel: 3 }),
    ...(options.time ? { time_emb_proj: linearShapes(options.time, outputs) } : {}),
    norm2: normShapes(outputs),
    conv2: convolutionShapes(outputs, outputs, { kernel: 3 }),
    ...(inputs !== outputs ? { conv_shortcut: convolutionShapes(inputs, outputs, { kernel: 1 }) } : {}),
  });
}

/**
 * Nearest-neighbour doubling, then a 3×3 convolution (diffusers Upsample2D). `size` [height width] crops the doubled image to an odd
 * size one smaller; for those sizes that equals resizing to it.
 */
export function upsample(p: Params, x: Tensor, options: { size?: readonly [number, number] } = {}): Tensor {
  const [, , height, width] = x.shape.map((side) => 2 * side) as [number, number, number, number];
  const [rows, columns] = options.size ?? [height, width];
  if (rows === height && columns === width) {
    return upsampleConv2d(x, leaf(p, "conv.weight"), p["conv.bias"]);
  }
  if (height - rows > 1 || width - columns > 1 || rows > height || columns > width) {
    throw new RangeError(
      `upsample() needs a size of [${height} ${width}] or one less, got [${rows} ${columns}]`,
    );
  }
  const doubled = tf.slice(upsampleNearest(x, 2), [0, 0, 0, 0], [-1, -1, rows, columns]);
  return convolution(scope(p, "conv"), doubled, { padding: 1 });
}
