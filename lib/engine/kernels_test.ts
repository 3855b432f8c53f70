import assert from "node:assert/strict";
import {
  attention,
  compile,
  conv2d,
  eager,
  embedding,
  fold,
  gelu,
  groupNorm,
  host,
  type HostArray,
  key,
  layerNorm,
  linear,
  normal,
  type Params,
  type ProgramFunction,
  quickGelu,
  silu,
  type Tensor,
  tf,
  uniform,
  upsampleConv2d,
  upsampleNearest,
  valueAndGradients,
} from "./mod.ts";
import { recordProgram } from "./compile.ts";
import { LOWERINGS } from "./kernels/table.ts";
import { RECORDER } from "./record.ts";

interface OpCase {
  readonly name: string;
  readonly run: (x: Tensor[]) => Tensor;
  readonly shapes: readonly (readonly number[])[];
  /** Interval of the inputs; default N(0, 1). */
  readonly between?: readonly [number, number];
  /** Values only: the op has no gradient. */
  readonly flat?: boolean;
}

const unary = (name: string, run: (x: Tensor) => Tensor, between?: readonly [number, number]): OpCase[] =>
  [[], [7], [2, 3, 4]].map((shape) => ({
    name,
    run: ([x]) => run(x as Tensor),
    shapes: [shape],
    ...(between ? { between } : {}),
  }));

const binary = (
  name: string,
  run: (a: Tensor, b: Tensor) => Tensor,
  between?: readonly [number, number],
): OpCase[] =>
  [[[3, 4], [3, 4]], [[2, 3, 4], [4]], [[2, 3, 4], [3, 1]], [[5], []], [[2, 1, 4], [3, 1]]].map((shapes) => ({
    name,
    run: ([a, b]) => run(a as Tensor, b as Tensor),
    shapes,
    ...(between ? { between } : {}),
  }));

/** tfjs gives these no gradient for broadcast operands. */
const sameShapeGradient = (cases: OpCase[]): OpCase[] =>
  cases.map((item) => ({ ...item, flat: item.shapes[0]?.join() !== item.shapes[1]?.join() }));

const comparison = (name: string, run: (a: Tensor, b: Tensor) => Tensor): OpCase[] =>
  binary(name, (a, b) => tf.cast(run(a, b), "float32")).map((item) => ({ ...item, flat: true }));

const CASES: OpCase[] = [
  ...binary("add", tf.add),
  ...binary("sub", tf.sub),
  ...binary("mul", tf.mul),
  ...binary("div", tf.div, [0.5, 2]),
  ...sameShapeGradient(binary("maximum", tf.maximum)),
  ...sameShapeGradient(binary("minimum", tf.minimum)),
  ...binary("pow", tf.pow, [0.5, 2]),
  ...sameShapeGradient(binary("squaredDifference", tf.squaredDifference)),
  ...comparison("greater", tf.greater),
  ...comparison("greaterEqual", tf.greaterEqual),
  ...comparison("less", tf.less),
  ...comparison("lessEqual", tf.lessEqual),
  ...comparison("equal", (a, b) => tf.equal(tf.sign(a), tf.sign(b))),
  ...comparison("notEqual", (a, b) => tf.notEqual(tf.sign(a), tf.sign(b))),
  ...comparison("logicalAnd", (a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0))),
  ...comparison("logicalOr", (a, b) => tf.logicalOr(tf.greater(a, 0), tf.logicalNot(tf.greater(b, 0)))),
  ...unary("neg", tf.neg),
  ...unary("exp", tf.exp),
  ...unary("log", tf.log, [0.5, 2]),
  ...unary("sqrt", tf.sqrt, [0.5, 2]),
  ...unary("rsqrt", tf.rsqrt, [0.5, 2]),
  ...unary("square", tf.square),
  ...unary("abs", tf.abs),
  ...unary("sin", tf.sin),
  ...unary("cos", tf.cos),
  ...unary("tanh", tf.tanh),
  ...unary("sigmoid", tf.sigmoid),
  ...unary("relu", tf.relu),
  ...unary("erf", tf.erf),
  ...unary("reciprocal", tf.reciprocal, [0.5, 2]),
  ...unary("softplus", tf.softplus),
  ...unary("expm1", tf.expm1),
  ...unary("log1p", tf.log1p, [0.5, 2]),
  ...unary("clipByValue", (x) => tf.clipByValue(x, -0.5, 0.5)),
  ...unary("floor", tf.floor).map((item) => ({ ...item, flat: true })),
  ...unary("step", (x) => tf.step(x, 0.1)).map((item) => ({ ...item, flat: true })),
  ...unary("onesLike and zerosLike", (x) => tf.add(tf.mul(x, tf.onesLike(x)), tf.zerosLike(x))),
  ...unary("silu", silu),
  ...unary("quickGelu", quickGelu),
  ...unary("gelu", gelu),
  { name: "addN", run: (x) => tf.addN(x), shapes: [[2, 3], [2, 3], [2, 3]] },
  {
    name: "where",
    run: ([a, b]) => tf.where(tf.tensor2d([[1, 0]], [1, 2], "bool"), a!, b!),
    shapes: [[3, 2], [3, 2]],
  },
  {
    name: "where of a comparison",
    run: ([a, b]) => tf.where(tf.greater(a!, 0), a!, b!),
    shapes: [[3, 4], [3, 4]],
    flat: true,
  },
  { name: "sum of axis", run: ([x]) => tf.sum(x!, 1), shapes: [[2, 3, 4]] },
  { name: "sum kept", run: ([x]) => tf.sum(x!, [0, 2], true), shapes: [[2, 3, 4]] },
  { name: "sum of all", run: ([x]) => tf.sum(x!), shapes: [[2, 3]] },
  { name: "sum of a constant", run: ([x]) => tf.mul(x!, tf.sum(tf.fill([2, 3], 0.5), 0)), shapes: [[2, 3]] },
  { name: "mean", run: ([x]) => tf.mean(x!, -1), shapes: [[2, 3, 4]] },
  { name: "mean kept", run: ([x]) => tf.mean(x!, [1, 2], true), shapes: [[2, 3, 4]] },
  { name: "max", run: ([x]) => tf.max(x!, 1), shapes: [[2, 3, 4]] },
  { name: "min", run: ([x]) => tf.min(x!, -1, true), shapes: [[2, 3, 4]] },
  { name: "prod", run: ([x]) => tf.prod(x!, 1), shapes: [[2, 3, 4]], flat: true },
  { name: "argMax", run: ([x]) => tf.cast(tf.argMax(x!, -1), "float32"), shapes: [[2, 3, 4]], flat: true },
  { name: "reshape", run: ([x]) => tf.reshape(x!, [3, -1]), shapes: [[2, 3, 4]] },
  { name: "transpose", run: ([x]) => tf.transpose(x!, [2, 0, 1]), shapes: [[2, 3, 4]] },
  {
    name: "transpose twice",
    run: ([x]) => tf.transpose(tf.transpose(x!, [2, 0, 1]), [1, 2, 0]),
    shapes: [[2, 3, 4]],
  },
  { name: "concat", run: (x) => tf.concat(x, 1), shapes: [[2, 3], [2, 1], [2, 4]] },
  { name: "slice", run: ([x]) => tf.slice(x!, [0, 1, 1], [2, 2, -1]), shapes: [[2, 3, 4]] },
  {
    name: "stridedSlice",
    run: ([x]) => tf.stridedSlice(x!, [0, 1], [2, 4], [1, 2]),
    shapes: [[2, 5]],
    flat: true,
  },
  { name: "stack", run: (x) => tf.stack(x, 1), shapes: [[2, 3], [2, 3]] },
  { name: "unstack", run: ([x]) => tf.unstack(x!, 1)[1]!, shapes: [[2, 3, 4]] },
  { name: "split", run: ([x]) => tf.mul(tf.split(x!, [1, 2], 1)[1]!, 2), shapes: [[2, 3, 4]] },
  { name: "tile", run: ([x]) => tf.tile(x!, [2, 1, 3]), shapes: [[2, 3, 1]] },
  { name: "pad", run: ([x]) => tf.pad(x!, [[1, 0], [0, 2]], 0.5), shapes: [[2, 3]] },
  { name: "reverse", run: ([x]) => tf.reverse(x!, [0, 2]), shapes: [[2, 3, 4]] },
  { name: "expandDims and squeeze", run: ([x]) => tf.squeeze(tf.expandDims(x!, 1), [1]), shapes: [[2, 3]] },
  { name: "broadcastTo", run: ([x]) => tf.broadcastTo(x!, [4, 2, 3]), shapes: [[2, 1]] },
  { name: "range", run: ([x]) => tf.mul(x!, tf.range(0, 4)), shapes: [[3, 4]] },
  {
    name: "oneHot",
    run: ([x]) => tf.mul(x!, tf.oneHot(tf.tensor1d([2, 0], "int32"), 4, 0.9, 0.1, "float32")),
    shapes: [[2, 4]],
  },
  {
    name: "gather",
    run: ([x]) => tf.gather(x!, tf.tensor1d([2, 0, 2], "int32")),
    shapes: [[4, 3]],
    flat: true,
  },
  { name: "matMul", run: ([a, b]) => tf.matMul(a!, b!), shapes: [[3, 4], [4, 5]] },
  { name: "matMul batched", run: ([a, b]) => tf.matMul(a!, b!), shapes: [[2, 3, 4], [2, 4, 5]] },
  { name: "matMul aᵀ", run: ([a, b]) => tf.matMul(a!, b!, true, false), shapes: [[2, 4, 3], [2, 4, 5]] },
  {
    name: "matMul bᵀ",
    run: ([a, b]) => tf.matMul(a!, b!, false, true),
    shapes: [[2, 2, 3, 4], [2, 2, 5, 4]],
  },
  { name: "matMul aᵀbᵀ", run: ([a, b]) => tf.matMul(a!, b!, true, true), shapes: [[4, 3], [5, 4]] },
  { name: "softmax", run: ([x]) => tf.softmax(x!), shapes: [[2, 3, 4]] },
  { name: "logSoftmax", run: ([x]) => tf.logSoftmax(x!), shapes: [[3, 4]] },
  { name: "linear", run: ([x, w, b]) => linear(x!, w!, b!), shapes: [[2, 3, 4], [5, 4], [5]] },
  { name: "linear without bias", run: ([x, w]) => linear(x!, w!), shapes: [[3, 4], [5, 4]] },
  {
    name: "conv2d 3×3",
    run: ([x, w, b]) => conv2d(x!, w!, b!, { padding: 1 }),
    shapes: [[2, 3, 5, 6], [4, 3, 3, 3], [4]],
  },
  ...[[16, 4], [4, 8], [1, 16]].map(([images, side]) => ({
    name: "conv2d in Winograd's form",
    run: ([x, w, b]: Tensor[]) => conv2d(x!, w!, b!, { padding: 1 }),
    shapes: [[images!, 33, side!, side!], [32, 33, 3, 3], [32]],
    between: [-0.5, 0.5] as const,
  })),
  {
    name: "conv2d stride 2",
    run: ([x, w]) => conv2d(x!, w!, undefined, { padding: 1, stride: 2 }),
    shapes: [[2, 3, 6, 6], [4, 3, 3, 3]],
  },
  {
    name: "conv2d stride 2 odd",
    run: ([x, w]) => conv2d(x!, w!, undefined, { padding: 1, stride: 2 }),
    shapes: [[2, 3, 7, 5], [4, 3, 3, 3]],
  },
  {
    name: "conv2d asymmetric padding",
    run: ([x, w]) => conv2d(x!, w!, undefined, { padding: [0, 1, 0, 1], stride: 2 }),
    shapes: [[2, 3, 6, 6], [4, 3, 3, 3]],
  },
  { name: "conv2d 1×1", run: ([x, w]) => conv2d(x!, w!), shapes: [[2, 3, 5, 4], [4, 3, 1, 1]] },
  {
    name: "conv2d patches",
    run: ([x, w]) => conv2d(x!, w!, undefined, { stride: 4 }),
    shapes: [[2, 3, 8, 8], [5, 3, 4, 4]],
  },
  {
    name: "groupNorm",
    run: ([x, w, b]) => groupNorm(x!, w!, b!, { groups: 2 }),
    shapes: [[2, 4, 3, 3], [4], [4]],
  },
  { name: "layerNorm", run: ([x, w, b]) => layerNorm(x!, w!, b!), shapes: [[2, 3, 6], [6], [6]] },
  {
    name: "attention",
    run: ([q, k, v]) => attention(q!, k!, v!),
    shapes: [[2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 4]],
  },
  {
    name: "attention masked",
    run: ([q, k, v, m]) => attention(q!, k!, v!, { mask: m! }),
    shapes: [[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 3]],
  },
  { name: "upsampleNearest", run: ([x]) => upsampleNearest(x!), shapes: [[2, 3, 2, 3]] },
  {
    name: "upsampleConv2d",
    run: ([x, w, b]) => upsampleConv2d(x!, w!, b!),
    shapes: [[2, 3, 4, 3], [5, 3, 3, 3], [5]],
  },
  {
    name: "upsampleConv2d 1×1",
    run: ([x, w]) => upsampleConv2d(x!, w!),
    shapes: [[1, 2, 2, 3], [3, 2, 1, 1]],
  },
  {
    name: "embedding",
    run: ([w]) => embedding(w!, tf.tensor2d([[1, 0], [3, 1]], [2, 2], "int32")),
    shapes: [[4, 3]],
  },
];

/** Largest |a − b| relative to the size of b. */
function distance(a: HostArray, b: HostArray): number {
  assert.deepEqual(a.shape, b.shape);
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.data.length; i++) {
    difference += ((a.data[i] as number) - (b.data[i] as number)) ** 2;
    size += (b.data[i] as number) ** 2;
  }
  return size < 1e-12 ? Math.sqrt(difference) : Math.sqrt(difference / size);
}

function program(item: OpCase): ProgramFunction {
  return (_frozen, _state, inputs) => {
    const names = Object.keys(inputs).filter((name) => name !== "weights");
    if (item.flat) return { outputs: { value: item.run(names.map((name) => inputs[name] as Tensor)) } };
    const variables = Object.fromEntries(names.map((name) => [name, inputs[name] as Tensor]));
    const { grads, aux } = valueAndGradients((params: Params) => {
      const value = item.run(names.map((name) => params[name] as Tensor));
      // A smooth function of the output, so that every element has a gradient of its own.
      return { loss: tf.sum(tf.sin(tf.add(value, 0.3))), aux: { value } };
    }, variables);
    return {
      outputs: {
        value: aux.value as Tensor,
        ...Object.fromEntries(Object.entries(grads).map(([n, g]) => [`grad ${n}`, g])),
      },
    };
  };
}

for (const [i, item] of CASES.entries()) {
  Deno.test(`compile() agrees with the eager backend on ${item.name} of ${item.shapes.map((s) => `[${s}]`).join(" ")}`, async () => {
    const inputs = Object.fromEntries(item.shapes.map((shape, j) => [`x${j}`, { shape }]));
    const feeds = Object.fromEntries(item.shapes.map((shape, j) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const from = fold(key("kernels"), i, j);
      const data = item.between
        ? uniform(from, size, { low: item.between[0], high: item.between[1] })
        : normal(from, size);
      return [`x${j}`, host(data, shape)];
    }));
    const compiled = await compile(program(item), { inputs });
    const reference = await eager(program(item), { inputs });
    const actual = await compiled.run(feeds);
    const expected = await reference.run(feeds);
    assert.deepEqual(Object.keys(actual), Object.keys(expected));
    for (const [name, array] of Object.entries(expected)) {
      const error = distance(actual[name] as HostArray, array);
      assert.ok(error <= 2e-5, `${name}: relative error ${error}`);
    }
    await compiled.dispose();
  });
}

Deno.test("convolutions take Winograd's form where they gain by it", () => {
  const direct = (
    weight: "state" | "frozen",
    { images, side, channels = 32, ...options }: {
      images: number;
      side: number;
      channels?: number;
      winograd?: boolean;
      precision?: "half";
    },
  ) => {
    const w = { w: host(new Float32Array(channels * channels * 9), [channels, channels, 3, 3]) };
    const { graph } = recordProgram(
      (frozen, state, { x }) => ({
        outputs: { y: conv2d(x!, tf.add({ ...frozen, ...state }.w!, 1), undefined, { padding: 1 }) },
      }),
      { [weight]: w, inputs: { x: { shape: [images, channels, side, side] } } },
      options,
    );
    const ops = graph.nodes.map(({ op }) => op);
    assert.notEqual(ops.includes("Conv"), ops.includes("FusedMatMul"));
    return ops.includes("Conv");
  };
  assert.ok(!direct("state", { images: 4, side: 8 }));
  assert.ok(!direct("state", { images: 16, side: 4 }));
  assert.ok(direct("frozen", { images: 16, side: 4 }), "weights that stay have a faster way");
  assert.ok(direct("state", { images: 8, side: 4 }), "few pixels wait for the kernels");
  assert.ok(direct("state", { images: 4, side: 8, channels: 16 }));
  assert.ok(direct("state", { images: 4, side: 32 }));
  assert.ok(direct("state", { images: 4, side: 8, winograd: false }));
  assert.ok(direct("state", { images: 4, side: 8, precision: "half" }));
});

Deno.test("compile() names the op and the calling line when an op has no lowering", async () => {
  await assert.rejects(
    compile((_f, _s, { x }) => ({ outputs: { y: tf.cumsum(x as Tensor) } }), {
      inputs: { x: { shape: [3] } },
    }),
    /op "Cumsum" is not supported \(called at .*kernels_test\.ts/,
  );
});

Deno.test("compile() gives the slopes of gated activations far from zero, where they are 0 and 1", async () => {
  const x = Float32Array.of(-200, -30, -13.5, 13.5, 30, 200);
  for (const [name, activation] of Object.entries({ silu, quickGelu, gelu })) {
    const compiled = await compile((_frozen, _state, { x }) => {
      const slopes = valueAndGradients((p) => ({ loss: tf.sum(activation(p.x!)) as tf.Scalar }), { x: x! });
      return { outputs: { slopes: slopes.grads.x! } };
    }, { inputs: { x: { shape: [x.length] } } });
    const { slopes } = await compiled.run({ x });
    await compiled.dispose();
    slopes!.data.forEach((slope, i) =>
      assert.ok(Math.abs(slope - Number(x[i]! > 0)) < 1e-4, `${name} has slope ${slope} at ${x[i]}`)
    );
  }
});

Deno.test("Every lowering of the table is exercised by a case", () => {
  const inputsOf = (item: OpCase) => Object.fromEntries(item.shapes.map((shape, j) => [`x${j}`, { shape }]));
  const record = (item: OpCase) => recordProgram(program(item), { inputs: inputsOf(item) });
  record(CASES[0] as OpCase);
  const used = new Set<string>();
  const originals = Object.keys(LOWERINGS).map((name) => tf.getKernel(name, RECORDER));
  const replaceKernels = (wrap: (original: tf.KernelConfig) => tf.KernelConfig) => {
    for (const original of originals) {
      tf.unregisterKernel(original.kernelName, RECORDER);
      tf.registerKernel(wrap(original));
    }
  };
  replaceKernels((original) => ({
    ...original,
    kernelFunc: (params) => {
      used.add(original.kernelName);
      return original.kernelFunc(params);
    },
  }));
  try {
    for (const item of CASES) record(item);
  } finally {
    replaceKernels((original) => original);
  }
  assert.deepEqual(Object.keys(LOWERINGS).filter((name) => !used.has(name)), []);
});
