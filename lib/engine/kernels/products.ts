import { type GraphBuilder } from "../graph.ts";
import { host, sizeOf } from "../host_array.ts";
import { type Lowering, normalAxes, reducedShape, reshaped, transposed } from "./lowering.ts";
import { matMul } from "./mat_mul.ts";
import {
  gainsByWinograd,
  winogradConvolution,
  winogradFilterGradient,
  winogradInputGradient,
} from "./winograd.ts";

function reduction(op: string, axisName = "axis"): Lowering {
  return (graph, { x }, attrs) => {
    const { dtype, shape } = graph.info(x as string);
    const axes = normalAxes(attrs[axisName] ?? attrs.axis, shape.length);
    if (axes.length === 0) return x as string;
    const keepDims = Boolean(attrs.keepDims);
    const value = graph.uniform.get(x as string);
    const result = reducedShape(shape, axes, keepDims);
    if (op === "ReduceSum" && value !== undefined && dtype === "float32") {
      return graph.fill(value * axes.reduce((total, axis) => total * (shape[axis] as number), 1), {
        dtype,
        shape: result,
      });
    }
    return graph.emit(op, [x as string, graph.int64(axes)], { dtype, shape: result }, {
      keepdims: keepDims ? 1 : 0,
    });
  };
}

const argMax: Lowering = (graph, { x }, attrs) => {
  const { shape } = graph.info(x as string);
  const [axis] = normalAxes(attrs.axis, shape.length) as [number];
  const result = shape.filter((_, i) => i !== axis);
  const wide = graph.emit("ArgMax", [x as string], { dtype: "int64", shape: result }, { axis, keepdims: 0 });
  return graph.emit("Cast", [wide], { dtype: "int32", shape: result }, { to: 6 });
};

interface ConvolutionAttrs {
  readonly stride: number;
  /** [top bottom left right] */
  readonly pads: readonly [number, number, number, number];
}

function onnxPads([top, bottom, left, right]: ConvolutionAttrs["pads"]): number[] {
  return [top, left, bottom, right];
}

/** Whether a convolution takes Winograd's form; the filter gradient has no weight, and is asked for where it changes. */
function byWinograd(
  graph: GraphBuilder,
  weight: string | undefined,
  shapes: Parameters<typeof gainsByWinograd>[0],
): boolean {
  const lasting = weight !== undefined && graph.lasts(weight);
  return (graph.options.winograd ?? true) && !lasting && gainsByWinograd(shapes);
}

/** x · weightᵀ + bias for rows x [rows in]. */
const linearBias: Lowering = (graph, { x, weight, bias }) => {
  const [rows] = graph.info(x as string).shape as [number];
  const [outputs] = graph.info(weight as string).shape as [number];
  const info = { dtype: "float32", shape: [rows, outputs] } as const;
  return graph.emit("Gemm", [x as string, weight as string, bias as string], info, { transA: 0, transB: 1 });
};

const convolution: Lowering = (graph, { x, weight, bias }, attrs) => {
  const { stride, pads } = attrs as unknown as ConvolutionAttrs;
  const image = graph.info(x as string).shape as readonly [number, number, number, number];
  const kernel = graph.info(weight as string).shape as readonly [number, number, number, number];
  if (byWinograd(graph, weight, { image, weight: kernel, stride, pads })) {
    return winogradConvolution(graph, { x: x as string, weight: weight as string, bias });
  }
  const [[batch, , height, width], [outputs, , kh, kw]] = [image, kernel];
  const shape = [
    batch,
    outputs,
    Math.floor((height + pads[0] + pads[1] - kh) / stride) + 1,
    Math.floor((width + pads[2] + pads[3] - kw) / stride) + 1,
  ];
  const operands = [x as string, weight as string, ...(bias ? [bias] : [])];
  return graph.emit("Conv", operands, { dtype: "float32", shape }, {
    kernel_shape: [kh, kw],
    strides: [stride, stride],
    pads: onnxPads(pads),
  });
};

/** Weight [out in kh kw] → [in out kh kw] with both spatial axes reversed. */
function flipped(graph: GraphBuilder, weight: string): string {
  const swapped = transposed(graph, weight, [1, 0, 2, 3]);
  const info = graph.info(swapped);
  if (info.shape[2] === 1 && info.shape[3] === 1) return swapped;
  const lists = [[-1, -1], [-(2 ** 52), -(2 ** 52)], [2, 3], [-1, -1]];
  return graph.emit("Slice", [swapped, ...lists.map((list) => graph.int64(list))], info);
}

/** ∂L/∂x of a convolution: for stride 1 a convolution with the flipped kernel, else a transposed convolution. */
const convolutionInputGradient: Lowering = (graph, { dy, weight }, attrs) => {
  const { stride, pads, shape } = attrs as unknown as ConvolutionAttrs & {
    shape: [number, number, number, number];
  };
  const kernel = graph.info(weight as string).shape as readonly [number, number, number, number];
  if (byWinograd(graph, weight, { image: shape, weight: kernel, stride, pads })) {
    return winogradInputGradient(graph, { dy: dy as string, weight: weight as string });
  }
  const [, , kh, kw] = kernel;
  const [, , outHeight, outWidth] = graph.info(dy as string).shape as [number, number, number, number];
  if (stride === 1 && pads.every((p) => p < kh && p < kw)) {
    return graph.emit("Conv", [dy as string, flipped(graph, weight as string)], { dtype: "float32", shape }, {
      kernel_shape: [kh, kw],
      strides: [1, 1],
      pads: onnxPads([kh - 1 - pads[0], kh - 1 - pads[1], kw - 1 - pads[2], kw - 1 - pads[3]]),
    });
  }
  const extra = [
    shape[2] - ((outHeight - 1) * stride + kh - pads[0] - pads[1]),
    shape[3] - ((outWidth - 1) * stride + kw - pads[2] - pads[3]),
  ];
  return graph.emit("ConvTranspose", [dy as string, weight as string], { dtype: "float32", shape }, {
    kernel_shape: [kh, kw],
    strides: [stride, stride],
    pads: onnxPads(pads),
    output_padding: extra,
  });
};

/** ∂L/∂weight: x and ∂L/∂y with the batch folded into the pixels, then one product per kernel tap. */
const convolutionFilterGradient: Lowering = (graph, { x, dy }, attrs) => {
  const { stride, pads, shape } = attrs as unknown as ConvolutionAttrs & {
    shape: [number, number, number, number];
  };
  if (byWinograd(graph, undefined, { image: graph.info(x as string).shape, weight: shape, stride, pads })) {
    return winogradFilterGradient(graph, { x: x as string, dy: dy as string });
  }
  const [outputs, inputs, kh, kw] = shape;
  const [batch, , outHeight, outWidth] = graph.info(dy as string).shape as [number, number, number, number];
  const dtype = "float32" as const;
  const pixels = batch * outHeight * outWidth;
  const errors = reshaped(graph, transposed(graph, dy as string, [1, 0, 2, 3]), [outputs, pixels]);
  let image = transposed(graph, x as string, [1, 0, 2, 3]);
  if (pads.some((p) => p > 0)) {
    const [, , height, width] = graph.info(x as string).shape as [number, number, number, number];
    const list = [0, 0, pads[0], pads[2], 0, 0, pads[1], pads[3]];
    const padded = [inputs, batch, height + pads[0] + pads[1], width + pads[2] + pads[3]];
    image = graph.emit("Pad", [image, graph.int64(list), graph.scalar(0)], { dtype, shape: padded });
  }
  const taps: string[] = [];
  for (let row = 0; row < kh; row++) {
    for (let column = 0; column < kw; column++) {
      const ends = [row + (outHeight - 1) * stride + 1, column + (outWidth - 1) * stride + 1];
      const lists = [[row, column], ends, [2, 3], [stride, stride]];
      const whole = kh === 1 && kw === 1 && stride === 1;
      const part = whole ? image : graph.emit("Slice", [image, ...lists.map((list) => graph.int64(list))], {
        dtype,
        shape: [inputs, batch, outHeight, outWidth],
      });
      const columns = reshaped(graph, part, [inputs, pixels]);
      const tap = graph.emit("Gemm", [errors, columns], { dtype, shape: [outputs, inputs] }, {
        transA: 0,
        transB: 1,
      });
      taps.push(reshaped(graph, tap, [outputs, inputs, 1]));
    }
  }
  const all = [outputs, inputs, taps.length];
  const filter = taps.length === 1
    ? taps[0] as string
    : graph.emit("Concat", taps, { dtype, shape: all }, { axis: 2 });
  return reshaped(graph, filter, shape);
};

function uniformVector(graph: GraphBuilder, value: number, length: number): string {
  const name = `${value} × ${length}`;
  return graph.constants.has(name)
    ? name
    : graph.frozen(name, host(new Float32Array(length).fill(value), [length]));
}

/** x [batch channel ...] times scale plus shift [channel], in one pass. */
const channelAffine: Lowering = (graph, { x, scale, shift }) => {
  const info = graph.info(x as string);
  const channels = info.shape[1] as number;
  const [zeros, ones] = [uniformVector(graph, 0, channels), uniformVector(graph, 1, channels)];
  const operands = [x, scale, shift, zeros, ones] as string[];
  return graph.emit("BatchNormalization", operands, info, { epsilon: { float: 0 } });
};

/** Group norm; further outputs for the gradient: standardised x, and 1/√(var + eps) [batch groups 1]. */
const groupNorm: Lowering = (graph, { x, weight, bias }, attrs) => {
  const { shape } = graph.info(x as string);
  const rows = [
    shape[0] as number,
    attrs.groups as number,
    sizeOf(shape.slice(1)) / (attrs.groups as number),
  ];
  const grouped = reshaped(graph, x as string, rows);
  const [standard, deviation] = standardize(graph, { x: grouped }, { eps: attrs.eps }) as string[];
  const own = reshaped(graph, standard as string, shape);
  const y = channelAffine(graph, { x: own, scale: weight as string, shift: bias as string }, {}) as string;
  return [y, own, deviation as string];
};

/** (x − mean)/√(var + eps) over the last axis; second output 1/√(var + eps) for the gradient. */
const standardize: Lowering = (graph, { x }, attrs) => {
  const { dtype, shape } = graph.info(x as string);
  const width = shape.at(-1) as number;
  const ones = uniformVector(graph, 1, width);
  const rows = [...shape.slice(0, -1), 1];
  const [y, , deviation] = graph.emitMany(
    "LayerNormalization",
    [x as string, ones],
    [{ dtype, shape }, { dtype, shape: rows }, { dtype, shape: rows }],
    { axis: -1, epsilon: { float: attrs.eps as number } },
  );
  return [y as string, deviation as string];
};

const softmax: Lowering = (graph, { logits }, attrs) =>
  graph.emit("Softmax", [logits as string], graph.info(logits as string), {
    axis: (attrs.dim as number | undefined) ?? -1,
  });

export const PRODUCTS: Record<string, Lowering> = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean"),
  Max: reduction("ReduceMax", "reductionIndices"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  ArgMax: argMax,
  BatchMatMul: matMul,
  Softmax: softmax,
  Standardize: standardize,
  GroupNorm: groupNorm,
  ChannelAffine: channelAffine,
  LinearBias: linearBias,
  Conv2dNchw: convolution,
  Conv2dNchwInputGradient: convolutionInputGradient,
  Conv2dNchwFilterGradient: convolutionFilterGradient,
};
