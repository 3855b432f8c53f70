import { host } from "../host_array.ts";
import { type Lowering, normalAxes, reshaped, transposed } from "./lowering.ts";

const INT64_MAX = 2 ** 52; // "to the end" for Slice; exact in a double

const concat: Lowering = (graph, inputs, attrs) => {
  const names = Object.values(inputs).filter((name) => !graph.info(name).shape.includes(0));
  if (names.length === 1) return names[0] as string;
  const first = graph.info(names[0] as string);
  const [axis] = normalAxes(attrs.axis, first.shape.length) as [number];
  const shape = [...first.shape];
  shape[axis] = names.reduce((total, name) => total + (graph.info(name).shape[axis] as number), 0);
  return graph.emit("Concat", names, { dtype: first.dtype, shape }, { axis });
};

const slice: Lowering = (graph, { x }, attrs) => {
  const { dtype, shape } = graph.info(x as string);
  const begins = [attrs.begin].flat() as number[];
  const sizes = [attrs.size].flat() as number[];
  const axes: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const result = shape.map((side, axis) => {
    const begin = begins[axis] ?? 0;
    const wanted = sizes[axis] ?? -1;
    const length = wanted === -1 ? side - begin : wanted;
    if (length !== side) {
      axes.push(axis);
      starts.push(begin);
      ends.push(begin + length);
    }
    return length;
  });
  if (axes.length === 0) return x as string;
  return graph.emit("Slice", [x as string, graph.int64(starts), graph.int64(ends), graph.int64(axes)], {
    dtype,
    shape: result,
  });
};

const stridedSlice: Lowering = (graph, { x }, attrs) => {
  const masks = ["beginMask", "endMask", "ellipsisMask", "newAxisMask", "shrinkAxisMask"] as const;
  const [beginMask, endMask, ellipsis, newAxis, shrink] = masks.map((name) =>
    (attrs[name] as number | undefined) ?? 0
  );
  if (ellipsis || newAxis || shrink) {
    throw new TypeError("Compiling stridedSlice supports begin and end masks only");
  }
  const { dtype, shape } = graph.info(x as string);
  const begins = attrs.begin as number[];
  const strides = attrs.strides as number[];
  const clamp = (index: number, side: number) =>
    Math.max(0, Math.min(side, index < 0 ? index + side : index));
  const starts = begins.map((b, i) => ((beginMask as number) >> i) & 1 ? 0 : clamp(b, shape[i] as number));
  const ends = (attrs.end as number[]).map((e, i) =>
    ((endMask as number) >> i) & 1 ? shape[i] as number : clamp(e, shape[i] as number)
  );
  if (strides.some((stride) => stride <= 0)) {
    throw new TypeError("Compiling stridedSlice supports positive strides only");
  }
  const result = shape.map((side, i) =>
    i < begins.length
      ? Math.max(0, Math.ceil(((ends[i] as number) - (starts[i] as number)) / (strides[i] as number)))
      : side
  );
  const axes = begins.map((_, i) => i);
  const inputs = [x as string, ...[starts, ends, axes, strides].map((list) => graph.int64(list))];
  return graph.emit("Slice", inputs, { dtype, shape: result });
};

const pack: Lowering = (graph, inputs, attrs) => {
  const names = Object.values(inputs);
  const { shape } = graph.info(names[0] as string);
  const [axis] = normalAxes(attrs.axis, shape.length + 1) as [number];
  const single = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  const parts = names.map((name) => reshaped(graph, name, single));
  return concat(graph, Object.fromEntries(parts.map((part, i) => [String(i), part])), { axis });
};

const splitV: Lowering = (graph, { x }, attrs) => {
  const { dtype, shape } = graph.info(x as string);
  const [axis] = normalAxes(attrs.axis, shape.length) as [number];
  const side = shape[axis] as number;
  const wanted = attrs.numOrSizeSplits as number | number[];
  const known = Array.isArray(wanted) ? wanted : Array.from({ length: wanted }, () => side / wanted);
  const open = side - known.filter((size) => size >= 0).reduce((a, b) => a + b, 0);
  const sizes = known.map((size) => size < 0 ? open : size);
  if (sizes.length === 1) return [x as string];
  const infos = sizes.map((size) => ({ dtype, shape: shape.map((s, i) => i === axis ? size : s) }));
  return graph.emitMany("Split", [x as string, graph.int64(sizes)], infos, { axis });
};

const unpack: Lowering = (graph, { value }, attrs) => {
  const { shape } = graph.info(value as string);
  const [axis] = normalAxes(attrs.axis, shape.length) as [number];
  const parts = splitV(graph, { x: value as string }, { axis, numOrSizeSplits: shape[axis] }) as string[];
  return parts.map((part) => reshaped(graph, part, shape.filter((_, i) => i !== axis)));
};

const tile: Lowering = (graph, { x }, attrs) => {
  const { dtype, shape } = graph.info(x as string);
  const reps = attrs.reps as number[];
  if (reps.every((r) => r === 1)) return x as string;
  const result = shape.map((side, i) => side * (reps[i] as number));
  return graph.emit("Tile", [x as string, graph.int64(reps)], { dtype, shape: result });
};

const pad: Lowering = (graph, { x }, attrs) => {
  const { dtype, shape } = graph.info(x as string);
  const paddings = attrs.paddings as [number, number][];
  if (paddings.every(([low, high]) => low === 0 && high === 0)) return x as string;
  const pads = [...paddings.map(([low]) => low), ...paddings.map(([, high]) => high)];
  const result = shape.map((side, i) =>
    side + (paddings[i] as [number, number])[0] + (paddings[i] as [number, number])[1]
  );
  const value = graph.scalar((attrs.constantValue as number | undefined) ?? 0, dtype as "float32");
  return graph.emit("Pad", [x as string, graph.int64(pads), value], { dtype, shape: result });
};

const reverse: Lowering = (graph, { x }, attrs) => {
  const info = graph.info(x as string);
  const axes = normalAxes(attrs.dims, info.shape.length);
  if (axes.length === 0) return x as string;
  const lists = [axes.map(() => -1), axes.map(() => -INT64_MAX), axes, axes.map(() => -1)];
  return graph.emit("Slice", [x as string, ...lists.map((list) => graph.int64(list))], info);
};

const gather: Lowering = (graph, { x, indices }, attrs) => {
  if (attrs.batchDims) throw new TypeError("Compiling gather supports batchDims 0 only");
  const { dtype, shape } = graph.info(x as string);
  const [axis] = normalAxes(attrs.axis ?? 0, shape.length) as [number];
  const result = [...shape.slice(0, axis), ...graph.info(indices as string).shape, ...shape.slice(axis + 1)];
  return graph.emit("Gather", [x as string, indices as string], { dtype, shape: result }, { axis });
};

const oneHot: Lowering = (graph, { indices }, attrs) => {
  const { shape } = graph.info(indices as string);
  const depth = attrs.depth as number;
  const classes = graph.constant(host(Int32Array.from({ length: depth }, (_, i) => i), [depth]));
  const column = reshaped(graph, indices as string, [...shape, 1]);
  const result = [...shape, depth];
  const hit = graph.emit("Equal", [column, classes], { dtype: "bool", shape: result });
  const dtype = (attrs.dtype as "float32" | "int32" | undefined) ?? "int32";
  const on = graph.scalar((attrs.onValue as number | undefined) ?? 1, dtype);
  const off = graph.scalar((attrs.offValue as number | undefined) ?? 0, dtype);
  return graph.emit("Where", [hit, on, off], { dtype, shape: result });
};

const range: Lowering = (graph, _inputs, attrs) => {
  const { start, stop, step } = attrs as { start: number; stop: number; step: number };
  const values = Array.from(
    { length: Math.max(0, Math.ceil((stop - start) / step)) },
    (_, i) => start + i * step,
  );
  const data = attrs.dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
  return graph.constant(host(data, [values.length]));
};

const expandDims: Lowering = (graph, { input }, attrs) => {
  const { shape } = graph.info(input as string);
  const [axis] = normalAxes(attrs.dim, shape.length + 1) as [number];
  return reshaped(graph, input as string, [...shape.slice(0, axis), 1, ...shape.slice(axis)]);
};

const reshape: Lowering = (graph, { tensor }, attrs) => {
  const from = graph.info(tensor as string).shape.reduce((a, b) => a * b, 1);
  const wanted = attrs.shape as number[];
  const known = wanted.filter((side) => side !== -1).reduce((a, b) => a * b, 1);
  return reshaped(graph, tensor as string, wanted.map((side) => side === -1 ? from / known : side));
};

/** Nearest-neighbour enlargement: every pixel becomes factor × factor pixels. */
const upsampleNearest: Lowering = (graph, { x }, attrs) => {
  const { dtype, shape } = graph.info(x as string);
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const factor = attrs.factor as number;
  const large = [batch, channels, height * factor, width * factor];
  return graph.emit("Resize", [x as string, "", "", graph.int64(large)], { dtype, shape: large }, {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });
};

/** [batch 4·channel height width], phases outermost → [batch channel 2·height 2·width]. */
const interleavePhases: Lowering = (graph, { x }) => {
  const { dtype, shape: [batch, channels, height, width] } = graph.info(x as string);
  const shape = [batch, channels as number / 4, 2 * (height as number), 2 * (width as number)] as number[];
  return graph.emit("DepthToSpace", [x as string], { dtype, shape }, { blocksize: 2, mode: "DCR" });
};

/** The inverse of {@link interleavePhases}. */
const separatePhases: Lowering = (graph, { x }) => {
  const { dtype, shape: [batch, channels, height, width] } = graph.info(x as string);
  const shape = [batch, 4 * (channels as number), height as number / 2, width as number / 2] as number[];
  return graph.emit("SpaceToDepth", [x as string], { dtype, shape }, { blocksize: 2 });
};

export const LAYOUT: Record<string, Lowering> = {
  Reshape: (graph, inputs, attrs) => reshape(graph, { tensor: (inputs.tensor ?? inputs.x) as string }, attrs),
  ExpandDims: expandDims,
  Transpose: (graph, { x }, attrs) => transposed(graph, x as string, attrs.perm as number[]),
  Concat: concat,
  Slice: slice,
  StridedSlice: stridedSlice,
  Pack: pack,
  Unpack: unpack,
  SplitV: splitV,
  Tile: tile,
  PadV2: pad,
  Reverse: reverse,
  GatherV2: gather,
  OneHot: oneHot,
  Range: range,
  UpsampleNearest: upsampleNearest,
  InterleavePhases: interleavePhases,
  SeparatePhases: separatePhases,
  Embedding: (graph, { weight, ids }) =>
    gather(graph, { x: weight as string, indices: ids as string }, { axis: 0 }),
};
